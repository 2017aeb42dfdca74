/**
 * Pins what the runs of packages/xstar/src/pinned-runs.test.ts do now, in the data file beside it, or adds this processor to
 * it: npm run pin-runs. With a folder it leaves the pins alone and writes the step graphs there as text, so that those of two
 * versions can be compared: npm run pin-runs -- FOLDER
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "packages", "xstar", "src");
const [folder] = process.argv.slice(2);
if (folder?.startsWith("-")) {
  console.error(`"${folder}" is no folder: give one for what the runs say of themselves, or nothing`);
  process.exit(2);
}
if (folder) mkdirSync(folder, { recursive: true });

function run(program, args, env = {}) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", ...program), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

run(["vitest", "vitest.mjs"], ["run", join(source, "pinned-runs.test.ts")], {
  PIN_RUNS: "write",
  ...(folder && { PIN_RUNS_TEXTS: resolve(folder) }),
});
if (!folder) run(["oxfmt", "bin", "oxfmt"], [join(source, "pinned-runs.json")]);
