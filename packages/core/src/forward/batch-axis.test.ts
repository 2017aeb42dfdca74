import { describe, expect, it } from "vitest";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { classify } from "../probe/classify.js";
import { maximize } from "../testing/plain.js";
import { buildModel, open, runtime, weights } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";

const steps = { start: "normal", steps: 4 } as const;

/** What the file itself gives for an input. */
async function output(bytes: Uint8Array, feeds: Record<string, Tensor>): Promise<number[]> {
  const session = await runtime.open(bytes);
  const { y } = await session.run(feeds);
  await session.release();
  return numbers(y!);
}

/** Maximizes y:1 of a model of one input, and asks the file itself about the result. */
async function climb(shape: Shape, build: (op: Ops, x: Value) => Value) {
  const bytes = buildModel((op, x) => ({ y: build(op, x) }), { shape });
  const { picture, curve } = await maximize(open(bytes), "y:1", { ...steps, contract: null });
  const [first, last] = [curve[0]![0]!, curve.at(-1)![0]!];
  expect(last).toBeGreaterThan(first);
  return { picture, last, own: await output(bytes, { x: tensor("float32", numbers(picture), shape) }) };
}

describe("an input without an axis for pictures gets one", () => {
  it("of a list of numbers", async () => {
    const product = (op: Ops, x: Value) =>
      op.emit("MatMul", [x, weights(op, [6, 3])], [{ dtype: "float32", shape: [3] }])[0]!;
    const { picture, last, own } = await climb([6], product);
    expect(picture.shape).toEqual([1, 6]);
    expect(last).toBeCloseTo(own[1]!, 5);
  });

  it("of times in front, all of which are kept", async () => {
    const { picture, last, own } = await climb([5, 1, 4], (op, x) =>
      op.matMul(op.reduceSum(op.mul(x, x), [0]), weights(op, [4, 3])),
    );
    expect(picture.shape).toEqual([1, 5, 1, 4]);
    expect(last).toBeCloseTo(own[1]!, 5);
  });

  it("of channels in front", async () => {
    const { picture, last, own } = await climb([3, 6, 6], (op, x) => {
      const y = op.conv(op.reshape(x, [1, 3, 6, 6]), weights(op, [2, 3, 3, 3]));
      return op.reshape(y, [2, 4, 4]);
    });
    expect(picture.shape).toEqual([1, 3, 6, 6]);
    expect(last).toBeCloseTo(own.slice(16).reduce((a, b) => a + b, 0) / 16, 5);
  });

  it("but not where it holds several pictures", async () => {
    const conv = (op: Ops, x: Value) => op.conv(x, weights(op, [2, 3, 3, 3]));
    const model = open(buildModel((op, x) => ({ y: conv(op, x) }), { shape: [4, 3, 6, 6] }));
    expect((await maximize(model, "y:1", { ...steps, contract: null })).picture.shape).toEqual([1, 3, 6, 6]);
  });
});

/** Nodes of a graph [nodes, 2], each with what an edge brings from another: node edges[1, i] gets that of node edges[0, i]. */
const graphNetwork = encodeModel({
  name: "nodes",
  input: [declare("x", ["nodes", 2]), declare("edges", ["ends", "edges"], 7)],
  output: [declare("y", ["nodes", 2])],
  initializer: [
    { name: "from", dims: [1n], dataType: 7, int64Data: [0n] },
    { name: "axes", dims: [1n], dataType: 7, int64Data: [0n] },
  ],
  node: [
    { opType: "Gather", input: ["edges", "from"], output: ["row"] },
    { opType: "Squeeze", input: ["row", "axes"], output: ["ends"] },
    { opType: "Gather", input: ["x", "ends"], output: ["y"] },
  ],
});

it("a shape that is given is kept where the model does not run with one row, and inputs of other axes are not cut", async () => {
  const model = open(graphNetwork);
  const edges = tensor("int64", [2, 0, 1, 1, 2, 0], [2, 3]);
  const shapes = new Map([["x", [3, 2]]]);
  const { picture, curve } = await maximize(model, "y:1", { ...steps, contract: null, shapes, inputs: { edges } });
  expect(picture.shape).toEqual([1, 3, 2]);
  expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  expect(await classify(model, picture, { contract: null, shapes, inputs: { edges } })).toBeUndefined();
});
