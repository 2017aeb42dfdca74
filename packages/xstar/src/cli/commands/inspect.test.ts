import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, writeModel } from "@xstar/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../testing/run-cli.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-inspect-"));
  const vector = new Graph("vector");
  vector.output(createOps(vector).relu(vector.input("x", { dtype: "float32", shape: [1, 2] })));
  await writeFile(join(folder, "vector.onnx"), writeModel(vector, { opsets: new Map([["", 20]]) }));
});
afterAll(() => rm(folder, { recursive: true }));

const xstar = (args: readonly string[]) => runCli(folder, args);
const fast = ["--recipe", "none", "--steps", "2", "--format", "none", "--threads", "1"];

describe("xstar inspect", () => {
  test("says which axes hold the pictures and the units, and takes another axis in targets", async () => {
    const graph = new Graph("time");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 6] });
    const long = op.transpose(op.reshape(op.identity(x), [1, 4, 6]), [2, 0, 1]);
    const weights = op.constant({
      dtype: "float32",
      shape: [4, 5],
      data: Float32Array.from({ length: 20 }, (_, i) => Math.sin(i + 1)),
    });
    const y = op.matMul(long, weights);
    long.name = `a/${"very/".repeat(20)}long/name`;
    y.name = '{"1": "timer"}';
    graph.output(y);
    await writeFile(join(folder, "time.onnx"), writeModel(graph, { opsets: new Map([["", 20]]) }));
    const { out } = await xstar(["inspect", "time.onnx"]);
    expect(out).toMatch(/^\{"1": "timer"\} +MatMul +\[6, N, units 5\] +made by MatMul +yes$/m);
    expect(out.split("\n")).toContain(long.name);
    const table = out.slice(out.indexOf("layer ")).split("\n");
    expect(table.filter((line) => line !== long.name && line.length > 100)).toEqual([]);
    for (const target of ['{"1": "timer"}:3', '{"1": "timer"}:3@2-4', '{"1": "timer"}[axis=0]:3@1']) {
      const run = await xstar(["maximize", "time.onnx", target, ...fast, "--out", "timer", "--force"]);
      expect(run.code).toBe(0);
      expect(run.out).toContain(target);
    }
    const spec = { type: "channel", layer: '{"1": "timer"}', channel: 3, axis: 0 };
    expect(
      (await xstar(["maximize", "time.onnx", JSON.stringify(spec), ...fast, "--out", "timer", "--force"])).code,
    ).toBe(0);
    expect((await xstar(["maximize", "time.onnx", '{"1": "timer"}:5', ...fast])).err).toContain("5 is out of range");
  });

  test("says nothing of a contract of what is no picture", async () => {
    const { out } = await xstar(["inspect", "vector.onnx"]);
    expect(out).not.toContain("becomes x");
    expect(out).not.toContain("nothing to ascend");
    const { err } = await xstar(["maximize", "vector.onnx", "Relu:0", ...fast, "--start", "5", "--out", "vector"]);
    expect(err).not.toContain("contract");
  });
});
