#!/usr/bin/env node
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
const program = new URL("../dist/cli/main.js", import.meta.url);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`xstar needs Node 20.19 or newer, but this is ${process.versions.node}`, "Install it from https://nodejs.org");
} else if (!existsSync(program)) {
  fail("xstar is not built yet: its folder dist is missing", "Run npm install and npm run build in the repository");
} else {
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
}

function fail(problem, hint) {
  process.stderr.write(`Error: ${problem}\nHint: ${hint}\n`);
  process.exitCode = 1;
}
