/**
 * Writes packages/onnxruntime/npm-shrinkwrap.json: what that package installs, without the mark that onnxruntime-node has an
 * install script, so that npm does not run it (docs/decisions/0010-packages.md).
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../packages/onnxruntime/", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "xstar-shrinkwrap-"));
copyFileSync(join(folder, "package.json"), join(copy, "package.json"));
const flags = ["--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts", "--loglevel=error"];
execFileSync("npm", ["install", ...flags], { cwd: copy, stdio: "inherit", shell: process.platform === "win32" });
const lock = JSON.parse(readFileSync(join(copy, "package-lock.json"), "utf8"));
for (const one of Object.values(lock.packages)) delete one.hasInstallScript;
writeFileSync(join(folder, "npm-shrinkwrap.json"), `${JSON.stringify(lock, undefined, 2)}\n`);
rmSync(copy, { recursive: true });
