import { describe, expect, it } from "vitest";
import { createOps } from "../ir/ops/index.js";
import { Graph } from "../ir/graph.js";
import { writeModel } from "../onnx/write.js";
import { buildModel, runtime } from "../testing/models.js";
import { numbers, tensor, type DType, type Tensor } from "../tensor.js";

const opsets = new Map([["", 20]]);

describe("a runtime", () => {
  it("says what it is", () => {
    expect(runtime.name).toMatch(/^(cpu|wasm) \d+\.\d+\.\d+ 1t$/);
    expect(runtime.lowering).toBe("cpu");
  });

  it("refuses what ONNX Runtime refuses, in one sentence", async () => {
    await expect(runtime.open(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      code: "runtime-failure",
      message: expect.stringMatching(/^ONNX Runtime could not open the graph: [^\n]+$/),
    });
    const session = await runtime.open(buildModel((op, x) => ({ y: op.relu(x) }), { shape: [2] }));
    await expect(session.run({ x: tensor("float32", [1, 2, 3]) })).rejects.toMatchObject({
      code: "runtime-failure",
      message: expect.stringMatching(/^ONNX Runtime could not run the graph: [^\n]+$/),
    });
    await session.release();
  });
});

describe("a session", () => {
  it("lists inputs and outputs with types and dimensions", async () => {
    const bytes = buildModel((op, x) => ({ y: op.cast(op.relu(x), "int64") }), { shape: [1, 3], freeBatch: "N" });
    const session = await runtime.open(bytes);
    expect(session.inputs).toEqual([{ name: "x", dtype: "float32", dims: [undefined, 3] }]);
    expect(session.outputs).toEqual([{ name: "y", dtype: "int64", dims: [undefined, 3] }]);
    await session.release();
  });

  it.each<DType>([
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
  ])("passes %s through", async (dtype) => {
    const bytes = buildModel((op, x) => ({ y: op.identity(x) }), { shape: [2, 2], dtype });
    const session = await runtime.open(bytes);
    const x = tensor(dtype as "float32", [0, 1, 1, 0], [2, 2]);
    const { y } = await session.run({ x });
    expect(y).toEqual(x);
    expect((await session.run({ x: y! }))["y"]).toEqual(x);
    await session.release();
  });

  it("passes strings through", async () => {
    const session = await runtime.open(buildModel((op, x) => ({ y: op.identity(x) }), { shape: [2], dtype: "string" }));
    const x: Tensor = { dtype: "string", shape: [2], data: ["a", "é"] };
    expect((await session.run({ x }))["y"]!.data).toEqual(["a", "é"]);
    await session.release();
  });

  it("gives the named outputs only, and writes into tensors that it is given", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [3] });
    const [twice, thrice] = [op.mul(x, 2), op.mul(x, 3)];
    graph.output(twice);
    graph.output(thrice);
    const session = await runtime.open(writeModel(graph, { opsets }));
    const into = tensor("float32", new Float32Array(3));
    for (const n of [1, 5]) {
      const results = await session.run({ x: tensor("float32", [n, n, n]) }, [thrice.name], { [thrice.name]: into });
      expect(Object.keys(results)).toEqual([thrice.name]);
      expect(results[thrice.name]).toBe(into);
      expect(numbers(into)).toEqual([3 * n, 3 * n, 3 * n]);
    }
    await session.release();
  });
});
