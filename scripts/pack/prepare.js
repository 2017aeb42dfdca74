/** Makes the package of this folder ready for `npm pack`: built, without what older builds left, with its licence. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = "dist";

if (existsSync(join("src", "index.ts"))) {
  execFileSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"], { stdio: "inherit" });
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (/^bundle[\\/]/.test(file)) continue;
    const [, name] = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? [];
    if (name !== undefined && !existsSync(join("src", `${name}.ts`))) rmSync(join(dist, file));
  }
}
if (existsSync("bin")) execFileSync(process.execPath, [join(root, "scripts", "bundle-cli.js")], { stdio: "inherit" });
copyFileSync(join(root, "LICENSE"), "LICENSE");
