import { describe, expect, it } from "vitest";
import { Graph, type Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { readModel } from "../onnx/read.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { randomTensor, runtime } from "../testing/models.js";
import { canonicalOpset } from "./normalize.js";
import { writerFor } from "./write-for.js";

type Feeds = Readonly<Record<string, Tensor>>;

/** Runs what is built in both forms on the CPU; gives what they compute, and the operators of the one for WebGPU. */
async function both(feeds: Feeds, build: (op: Ops, inputs: Record<string, Value>) => Value) {
  const graph = new Graph();
  const op = createOps(graph);
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, graph.input(name, t)]));
  graph.publish(build(op, inputs), "y");
  const [plain, device] = (await Promise.all(
    (["cpu", "webgpu"] as const).map(async (lowering) =>
      (await writerFor(lowering))(graph, { opsets: new Map([["", canonicalOpset]]) }),
    ),
  )) as [Uint8Array, Uint8Array];
  const run = async (bytes: Uint8Array) => {
    const session = await runtime.open(bytes);
    const { y } = await session.run(feeds);
    await session.release();
    return y!;
  };
  const model = readModel(device);
  return { expected: await run(plain), actual: await run(device), model, nodes: model.graph.nodes };
}

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.dtype).toBe(expected.dtype);
  expect(actual.shape).toEqual(expected.shape);
  const right = numbers(expected);
  numbers(actual).forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 4));
}

describe("a graph for WebGPU", () => {
  const grouped = { group: 2, strides: [1, 1], pads: [1, 1, 1, 1] };

  it.each([
    ["Conv", { x: randomTensor([2, 4, 5, 6]), w: randomTensor([12, 2, 3, 2], 2), b: randomTensor([12], 3) }],
    ["Conv", { x: randomTensor([2, 2, 5, 6]), w: randomTensor([10, 1, 3, 2], 2), b: randomTensor([10], 3) }],
    ["ConvTranspose", { x: randomTensor([2, 8, 5, 6]), w: randomTensor([8, 1, 3, 2], 2), b: randomTensor([2], 3) }],
  ])("has no %s of which groups are mixed up", async (type, feeds) => {
    const { expected, actual, nodes } = await both(feeds, (op, { x, w, b }) => {
      const channels = type === "Conv" ? w!.shape[0]! : 2;
      const shape = [2, channels, 5, type === "Conv" ? 7 : 5];
      return op.emit(type, [x, w, b], [{ dtype: "float32", shape }], grouped)[0]!;
    });
    expectClose(actual, expected);
    expect(nodes.map(({ opType }) => opType)).toEqual(expect.arrayContaining([type, "Slice"]));
  });

  it("leaves the convolutions that are right as they are", async () => {
    const feeds = { x: randomTensor([1, 4, 5, 5]), w: randomTensor([8, 2, 3, 3], 2) };
    const { expected, actual, nodes } = await both(
      feeds,
      (op, { x, w }) => op.emit("Conv", [x, w], [{ dtype: "float32", shape: [1, 8, 3, 3] }], { group: 2 })[0]!,
    );
    expectClose(actual, expected);
    expect(nodes.map(({ opType }) => opType)).toEqual(["Conv"]);
  });

  it.each(["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceSumSquare"])("has no %s over nothing", async (type) => {
    const x = tensor("float32", [0.5, 2, 3, 4], [2, 2]);
    const { expected, actual, nodes } = await both(
      { x },
      (op, inputs) => op.emit(type, [inputs["x"]!], [inputs["x"]!.type!], { noop_with_empty_axes: 1 })[0]!,
    );
    expectClose(actual, expected);
    expect(nodes.map(({ opType }) => opType)).not.toContain(type);
  });

  it("has Einsum of letters that are as long in every input", async () => {
    const feeds = { a: randomTensor([2, 1]), b: randomTensor([1, 3], 2) };
    const { expected, actual, nodes } = await both(feeds, (op, { a, b }) => op.einsum("ij,ij->i", [a!, b!], [2]));
    expectClose(actual, expected);
    expect(nodes.map(({ opType }) => opType)).toEqual(["Expand", "Expand", "Einsum"]);
  });

  it("has as many exponents as bases, or one", async () => {
    const x = tensor("float32", [1, 2, 3, 4, 5, 6], [2, 3]);
    const several = await both({ x, e: tensor("float32", [2, 0.5], [2, 1]) }, (op, inputs) =>
      op.pow(inputs["x"]!, inputs["e"]!),
    );
    expectClose(several.actual, several.expected);
    expect(several.nodes.map(({ opType }) => opType)).toEqual(["Expand", "Pow"]);
    const one = await both({ x }, (op, inputs) => op.pow(inputs["x"]!, 2));
    expect(one.nodes.map(({ opType }) => opType)).toEqual(["Pow"]);
  });

  it("takes no steps of several elements backwards", async () => {
    const { expected, actual, nodes } = await both({ x: randomTensor([2, 3, 8]) }, (op, { x }) =>
      op.slice(x!, [
        { axis: 2, start: 6, end: -1, step: -3 },
        { axis: 1, start: -1, end: -4, step: -1 },
      ]),
    );
    expectClose(actual, expected);
    expect(nodes.map(({ opType }) => opType)).toEqual(["Slice", "Slice"]);
  });

  it.each(["none", "tanh"])("samples by names that WebGPU knows, with Gelu (%s) by parts", async (approximate) => {
    const feeds = { x: randomTensor([1, 2, 5, 5]), grid: randomTensor([1, 3, 3, 2], 2, 0.5) };
    const { expected, actual, model } = await both(feeds, (op, { x, grid }) => {
      const type = { dtype: "float32", shape: [1, 2, 3, 3] } as const;
      const sampled = op.emit("GridSample", [x, grid], [type], { mode: "linear", padding_mode: "zeros" })[0]!;
      return op.emit("Gelu", [sampled], [type], { approximate })[0]!;
    });
    expectClose(actual, expected);
    expect(model.opsets.get("")).toBe(19);
    expect(model.graph.nodes.map(({ opType }) => opType)).not.toContain("Gelu");
  });

  it("keeps a newer operator set where an operator needs it", async () => {
    const theta = { theta: randomTensor([1, 2, 3]) };
    const { model } = await both(theta, (op, inputs) => {
      const type = { dtype: "float32", shape: [1, 3, 3, 2] } as const;
      return op.emit("AffineGrid", [inputs["theta"], op.ints([1, 1, 3, 3])], [type])[0]!;
    });
    expect(model.opsets.get("")).toBe(20);
  });

  it("has whole numbers of 32 bits where they are fed and computed, and gives 64 where they were asked for", async () => {
    const feeds = { x: randomTensor([3, 4]), at: tensor("int64", [2, 0, 1]) };
    const { expected, actual, nodes, model } = await both(feeds, (op, { x, at }) => {
      const rows = op.expand(op.reshape(op.add(at!, 1), [3, 1]), [3, 2]);
      const computed = op.cast(op.floor(op.gatherElements(x!, rows, 1)), "int64");
      return op.concat([computed, rows], 0);
    });
    expect(numbers(actual)).toEqual(numbers(expected));
    expect(actual.dtype).toBe("int64");
    expect(model.graph.inputs.map(({ dtype }) => dtype)).toEqual(["float32", "int32"]);
    // 64 bits only at the end
    const casts = nodes.filter(({ opType }) => opType === "Cast").map((node) => node.int("to"));
    expect(casts).toEqual([6, 7]);
  });

  it("feeds 64 bits to what takes no others", async () => {
    const feeds = { x: randomTensor([3, 4]), at: tensor("int64", [2, 0], [2, 1]) };
    const { expected, actual } = await both(feeds, (op, { x, at }) => op.gatherND(x!, at!));
    expectClose(actual, expected);
  });
});
