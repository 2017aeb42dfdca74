import { samples } from "../../testing/ops-samples.js";
import { describe, expect, it } from "vitest";
import { writeModel } from "../../onnx/write.js";
import { randomTensor, runtime } from "../../testing/models.js";
import { numbers, tensor, type Shape } from "../../tensor.js";
import { Graph } from "../graph.js";
import { broadcastShape, createOps, positiveAxis, windowCount, type Lowering } from "./index.js";

/** What `createOps` has besides operators. */
const others = new Set(["graph", "lowering", "emit", "loose", "repeatNode", "constant", "scalar", "ints"]);

describe("the samples", () => {
  it("have at least one for each emitter, and for nothing else", () => {
    const emitters = Object.keys(createOps(new Graph())).filter((name) => !others.has(name));
    expect(Object.keys(samples).sort()).toEqual(emitters.sort());
  });
});

describe.each<Lowering>(["cpu", "webgpu"])("emitters on %s", (lowering) => {
  it.each(Object.keys(samples))("%s claims the types and shapes that ONNX Runtime finds", async (name) => {
    for (const { inputs, emit, gives } of samples[name]!) {
      const graph = new Graph();
      const op = createOps(graph, lowering);
      const given = inputs.map((input, i) => ("dtype" in input ? input : randomTensor(input, i)));
      const values = given.map((t, i) => graph.input(`input${i}`, { dtype: t.dtype, shape: t.shape }));
      // an identity each: an emitter may give back its input
      const results = [emit(op, values)].flat().map((value) => op.identity(value));
      for (const result of results) graph.output(result);
      const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }), {
        optimization: "disabled",
      });
      const found = await session.run(Object.fromEntries(given.map((t, i) => [values[i]!.name, t])));
      for (const result of results) {
        const { dtype, shape } = found[result.name]!;
        expect({ dtype, shape: [...shape] }).toEqual({ dtype: result.dtype, shape: result.shape });
        const port = session.outputs.find((one) => one.name === result.name)!;
        expect(port.dtype).toBe(result.dtype);
        port.dims.forEach((dim, axis) => expect(dim ?? result.shape[axis]).toBe(result.shape[axis]));
      }
      if (gives) numbers(found[results[0]!.name]!).forEach((x, i) => expect(x).toBeCloseTo(gives[i]!, 5));
      await session.release();
    }
  });
});

it("pools of a Pad that is as wide as the kernel are run, which ONNX Runtime makes one pool that it refuses", async () => {
  const graph = new Graph();
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 2, 2] });
  for (const pool of ["averagePool", "maxPool"] as const)
    graph.output(op[pool](op.pad(x, [0, 0, 2, 4], [0, 0, 2, 0]), { kernel: [2, 2], strides: [2, 2] }));
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run({ x: tensor("float32", [-1, -2, -3, -4], [1, 1, 2, 2]) });
  await session.release();
  expect(Object.values(results).map(numbers)).toEqual([-2.5, -1].map((value) => [0, 0, 0, 0, 0, value, 0, 0, 0]));
});

describe("emitters refuse", () => {
  const graph = new Graph();
  const op = createOps(graph);
  const x = (shape: Shape) => graph.input("x", { dtype: "float32", shape });

  it.each<readonly [string, () => unknown, string]>([
    ["shapes that do not broadcast", () => op.add(x([2, 3]), x([2])), "Shapes [2,3] and [2] do not broadcast"],
    [
      "matrices that do not fit",
      () => op.matMul(x([2, 3]), x([2, 3])),
      "Cannot multiply matrices of shapes [2,3] and [2,3]",
    ],
    ["vectors as matrices", () => op.matMul(x([2, 3]), x([3])), "Cannot multiply matrices of shapes [2,3] and [3]"],
    ["another number of elements", () => op.reshape(x([2, 3]), [4]), "Cannot reshape [2,3] to [4]"],
    ["an axis out of range", () => op.reduceSum(x([2, 3]), [2]), "Axis 2 is out of range for rank 2"],
    ["half an axis", () => op.softmax(x([2, 3]), 0.5), "Axis 0.5 is out of range for rank 2"],
    [
      "a kernel larger than the picture",
      () => op.conv(x([1, 1, 2, 2]), x([1, 1, 3, 3])),
      "A convolution of [1,1,2,2] with [1,1,3,3] leaves nothing",
    ],
    ["two numbers", () => op.mul(2, 3), "An operator between two numbers needs no graph"],
    ["a string from a number", () => op.scalar(1, "string"), "A string constant cannot be made from a number"],
  ])("%s", (_, emit, message) => {
    expect(emit).toThrow(expect.objectContaining({ code: "bad-graph", message }));
  });
});

describe("shape arithmetic", () => {
  it("broadcasts as NumPy does", () => {
    expect(broadcastShape([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
    expect(broadcastShape([], [2])).toEqual([2]);
    expect(broadcastShape([0, 1], [1])).toEqual([0, 1]);
  });

  it("counts axes from the front", () => {
    expect([positiveAxis(-1, 4), positiveAxis(0, 4), positiveAxis(0, 0)]).toEqual([3, 0, 0]);
  });

  it("counts windows", () => {
    expect([windowCount(7, 3), windowCount(7, 3, 2, 1, 1), windowCount(7, 3, 1, 0, 0, 2)]).toEqual([5, 4, 3]);
  });
});

describe("constants", () => {
  it("small ones are shared within a graph", () => {
    const op = createOps(new Graph());
    expect(op.scalar(2)).toBe(op.scalar(2));
    expect(op.ints([1, 2])).toBe(op.ints([1, 2]));
    expect(op.scalar(2)).not.toBe(op.scalar(2, "float64"));
    expect(op.ints([1])).not.toBe(op.scalar(1, "int64"));
    expect(op.scalar(0)).not.toBe(op.scalar(-0));
  });
});
