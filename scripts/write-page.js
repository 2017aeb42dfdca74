/** Pages of docs/ that scripts write. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes a page of docs/ and formats it. */
export function writePage(name, text) {
  const page = join(root, "docs", name);
  writeFileSync(page, text);
  const { status } = spawnSync("npx", ["oxfmt", page], { cwd: root, shell: process.platform === "win32" });
  console.log(`${page} written`);
  process.exitCode = status ?? 1;
}
