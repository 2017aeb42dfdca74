import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { countObjects } from "../testing/heap-objects.js";

const program = `
import { writeHeapSnapshot } from "node:v8";
import { loadModel, maximize, nodeRuntime } from ${JSON.stringify(import.meta.resolve("xstar"))};
const model = await loadModel("tiny.onnx", { runtime: nodeRuntime({ threads: 1 }) });
const many = async () => {
  for (let i = 0; i < 200; i++) await maximize(model, "conv:" + (i % 3), { recipe: "none", steps: 2, seed: i });
  await new Promise((resolve) => setTimeout(resolve, 100));
  gc();
  return process.memoryUsage().heapUsed;
};
// until V8 has compiled what is run often, and knows the types of it
await many();
const before = await many();
writeHeapSnapshot("before.heapsnapshot");
const after = await many();
writeHeapSnapshot("after.heapsnapshot");
console.log(JSON.stringify({ before, after }));
`;

it("200 runs leave nothing behind", { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "xstar-heap-"));
  try {
    await writeFile(join(folder, "tiny.onnx"), tinyModel());
    const given = ["--expose-gc", "--input-type=module", "-e", program];
    const { stdout, stderr } = spawnSync(process.execPath, given, { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    const { before, after } = JSON.parse(stdout) as Record<"before" | "after", number>;
    const objects = async (name: string) => countObjects(await readFile(join(folder, `${name}.heapsnapshot`), "utf8"));
    const left = (await objects("after")) - (await objects("before"));
    if (process.env["XSTAR_SHOW"]) console.log({ before, after, left });
    expect(after).toBeLessThan(1.1 * before);
    expect(left).toBeLessThan(50);
  } finally {
    await rm(folder, { recursive: true });
  }
});
