/** Writes docs/operators.md from the tables of rules and cases: npm run docs:operators */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { operatorsPage } from "../packages/core/dist/law/operators-page.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, "docs", "operators.md");
writeFileSync(page, await operatorsPage());
const { status } = spawnSync("npx", ["oxfmt", page], { cwd: root, shell: process.platform === "win32" });
console.log(`${page} written`);
process.exitCode = status ?? 1;
