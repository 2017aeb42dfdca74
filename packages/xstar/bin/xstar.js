#!/usr/bin/env node
import { existsSync, statSync } from "node:fs";
import module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
const program = programOf();

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`xstar needs Node 20.19 or newer, but this is ${process.versions.node}`, "Install it from https://nodejs.org");
} else if (!program) {
  fail("xstar is not built yet: its folder dist is missing", "Run npm install and npm run build in the repository");
} else {
  // Node 22.8 keeps what it has compiled
  module.enableCompileCache?.();
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
}

/** The program in a few files, which are read sooner, where nothing has been built since they were written; else as it is built. */
function programOf() {
  const from = (path) => new URL(path, import.meta.url);
  const writtenAt = (path) => statSync(from(path), { throwIfNoEntry: false })?.mtimeMs;
  const bundled = writtenAt("../dist/bundle/.built");
  const built = ["../dist", "../../core/dist", "../../import/dist", "../../results/dist", "../../runs/dist"];
  const isCurrent = built.every((folder) => !(writtenAt(`${folder}/.tsbuildinfo`) > bundled));
  if (bundled !== undefined && isCurrent) return from("../dist/bundle/main.js");
  const program = from("../dist/cli/main.js");
  return existsSync(program) ? program : undefined;
}

function fail(problem, hint) {
  process.stderr.write(`Error: ${problem}\nHint: ${hint}\n`);
  process.exitCode = 1;
}
