/** Gives all packages a version: `npm run set-version -- 0.2.0`. The one of the workspace is the one that counts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "packages", "xstar", "src", "version.ts");

/** The files that hold the version, with what they must say. */
export function filesWith(version) {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const manifests = [".", ...workspaces].map((folder) => join(root, folder, "package.json"));
  const shrinkwrap = join(root, "packages", "onnxruntime", "npm-shrinkwrap.json");
  const texts = new Map([[source, readFileSync(source, "utf8").replace(/version = ".*"/, `version = "${version}"`)]]);
  for (const path of [...manifests, shrinkwrap]) {
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    const own = manifest.packages?.[""];
    for (const one of own ? [manifest, own] : [manifest]) one.version = version;
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (name.startsWith("@xstar/")) manifest.dependencies[name] = version;
    }
    texts.set(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  }
  return texts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , version] = process.argv;
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? "")) throw new Error("Which version? As in 0.2.0");
  for (const [path, text] of filesWith(version)) writeFileSync(path, text);
  console.log(`Every package is ${version}; run npm install to bring package-lock.json up to date`);
}
