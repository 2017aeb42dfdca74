import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileAscent, createOps, createRng, Graph, openModel, tensor, writeModel } from "@xstar/core";
import { afterAll, expect, it } from "vitest";
import { nodeRuntime } from "../runtime.js";
import { cacheFolder } from "./cache-folder.js";
import { clearGraphs, keepGraphs, listGraphs } from "./kept-graphs.js";

const root = await mkdtemp(join(tmpdir(), "xstar-graphs-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** A network of more weights than what is not worth a file. */
function network(seed: number): Uint8Array {
  const graph = new Graph("network");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 3, 16, 16] });
  const weights = (shape: number[]) =>
    op.constant(tensor("float32", createRng(seed).normals(shape.reduce((a, b) => a * b)), shape));
  const hidden = op.relu(op.conv(x, weights([256, 3, 3, 3]), { pads: [1, 1, 1, 1] }));
  graph.publish(op.relu(op.conv(hidden, weights([160, 256, 3, 3]), { pads: [1, 1, 1, 1] })), "y");
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** The bytes of everything that a step gives. */
async function step(folder: string, seed = 1, limit?: number): Promise<Record<string, unknown>> {
  const runtime = nodeRuntime({ threads: 1, kept: keepGraphs(folder, limit) });
  const { step, begin } = await compileAscent(openModel(network(seed), { runtime }), "y:3", { recipe: "none" });
  const session = await runtime.open(step.bytes, { files: step.files, isRepeated: true });
  const results = await session.run({ ...begin(0), ...step.settings, ...step.sample(0) });
  await session.release();
  return results;
}

/** Files are written while the steps go on. */
async function settled(folder: string, count: number): Promise<string[]> {
  for (;;) {
    const names = await readdir(folder).catch(() => []);
    if (names.length === count && names.every((name) => name.endsWith(".onnx"))) return names;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it("a graph that was opened before is read, and gives the same bytes", async () => {
  const folder = join(root, "same");
  const first = await step(folder);
  const [name] = await settled(folder, 1);
  const long = new Date(2000, 1);
  await utimes(join(folder, name!), long, long);
  expect(await step(folder)).toEqual(first);
  expect((await listGraphs(folder))[0]!.usedAt).toBeGreaterThan(long.getTime());
  expect(await readdir(folder)).toEqual([name]);
});

it("one that is damaged is made again", async () => {
  const folder = join(root, "damaged");
  const first = await step(folder);
  const [name] = await settled(folder, 1);
  const bytes = await readFile(join(folder, name!));
  // a weight, which no reader would miss
  bytes[bytes.length >> 1]! ^= 64;
  await writeFile(join(folder, name!), bytes);
  expect(await step(folder)).toEqual(first);
  const [again] = await settled(folder, 1);
  expect(await readFile(join(folder, again!))).not.toEqual(bytes);
});

it("several may keep one at once, other weights are told apart, and the oldest goes where there is no room", async () => {
  const folder = join(root, "several");
  const [first, second] = await Promise.all([step(folder), step(folder)]);
  expect(second).toEqual(first);
  await expect
    .poll(() => readdir(folder))
    .toSatisfy((names: string[]) => names.every((name) => name.endsWith(".onnx")));
  const same = await listGraphs(folder);
  const { bytes } = same[0]!;
  await step(folder, 2);
  await settled(folder, same.length + 1);
  await step(folder, 3, 1.5 * bytes);
  const [last, ...others] = await settled(folder, 1);
  expect(others).toEqual([]);
  expect(same.map(({ path }) => path)).not.toContain(join(folder, last!));
  await clearGraphs(folder);
  expect(await readdir(folder)).toEqual([]);
});

it("a folder that cannot be written keeps nobody from a step", async () => {
  await writeFile(join(root, "file"), "");
  expect(Object.keys(await step(join(root, "file", "graphs")))).toContain("picture");
});

it("the folder is the system's, or the one that is named", () => {
  expect(cacheFolder({ XSTAR_CACHE: "off" })).toBe(undefined);
  expect(cacheFolder({ XSTAR_CACHE: "/somewhere" })).toBe("/somewhere");
  expect(cacheFolder({ XDG_CACHE_HOME: "/caches" }, "linux")).toBe(join("/caches", "xstar"));
  expect(cacheFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "xstar"));
  expect(cacheFolder({}, "darwin")).toMatch(/Library.Caches.xstar$/);
});
