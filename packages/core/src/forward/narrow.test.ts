import { describe, expect, it } from "vitest";
import { Graph, Node, Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { prune } from "../ir/inline.js";
import { writeModel } from "../onnx/write.js";
import { canonicalOpset } from "../normalize/normalize.js";
import { numbers, size, type Shape, type Tensor } from "../tensor.js";
import { randomTensor, runtime } from "../testing/models.js";
import { gradients } from "../autodiff/gradients.js";
import { gradientOfEntry, narrow, type AxisRange, type Entry } from "./narrow.js";

type Build = (op: Ops, x: Value) => Value;

const shape = [2, 4, 33, 29];

const weights = (op: Ops, dims: Shape) => op.constant(randomTensor(dims, 5, 0.5));
const conv = (op: Ops, x: Value, kernel: readonly [number, number], options: Parameters<Ops["conv"]>[2] = {}) =>
  op.conv(x, weights(op, [4, x.shape[1]!, ...kernel]), options);

const networks: Readonly<Record<string, Build>> = {
  "convolutions with strides, padding and dilations": (op, x) =>
    conv(op, op.relu(conv(op, x, [5, 3], { strides: [2, 1], pads: [2, 0, 1, 3] })), [3, 3], {
      dilations: [2, 1],
      pads: [2, 1, 2, 1],
    }),
  "pools with padding": (op, x) =>
    op.averagePool(op.maxPool(conv(op, x, [3, 3]), { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }), {
      kernel: [3, 2],
      strides: [1, 2],
      pads: [1, 0, 1, 1],
    }),
  "branches of different kernels that are joined": (op, x) =>
    conv(op, op.concat([conv(op, x, [1, 1]), conv(op, x, [5, 3], { pads: [2, 1, 2, 1] })], 1), [3, 3]),
  "a residual branch with a bias for each channel": (op, x) =>
    op.add(
      op.add(op.tanh(conv(op, x, [3, 3], { pads: [1, 1, 1, 1] })), op.mul(x, 0.5)),
      op.constant(randomTensor([1, 4, 1, 1], 9)),
    ),
  "channels that lie last for a while": (op, x) => {
    const last = op.transpose(conv(op, x, [3, 3], { strides: [2, 2] }), [0, 2, 3, 1]);
    return conv(op, op.transpose(op.softmax(last, 3), [0, 3, 1, 2]), [3, 1]);
  },
  "zeros around a picture": (op, x) => conv(op, op.pad(x, [0, 0, 3, 1], [0, 0, 0, 2]), [3, 3]),
  "parts of a split": (op, x) => {
    const [a, b] = op.split(conv(op, x, [3, 3]), [1, 3], 1);
    return op.concat([op.mul(a!, 2), b!], 1);
  },
  "samples of a grid": (op, x) => {
    const rows = op.constant(randomTensor([31 * 27, 3], 7, 0.5));
    const map = op.constant(randomTensor([2, 1, 3, 2], 8, 0.5));
    const grid = op.reshape(op.matMul(rows, map), [2, 31, 27, 2]);
    const type = { dtype: "float32", shape: [2, 4, 31, 27] } as const;
    const attributes = { mode: "linear", padding_mode: "border", align_corners: 0 };
    return conv(op, op.emit("GridSample", [x, grid], [type], attributes)[0]!, [3, 3]);
  },
  "a gate of the mean of all": (op, x) => conv(op, op.mul(x, op.sigmoid(op.globalAveragePool(x))), [3, 3]),
};

/** Ranges in the corners, along an edge, and in the middle of the last two axes. */
function rangesOf({ shape: dims }: Value): AxisRange[][] {
  const spans = (length: number) => [
    [0, 1],
    [length - 2, length],
    [length >> 1, (length >> 1) + 1],
  ];
  return spans(dims[2]!).flatMap(([top, bottom]) =>
    spans(dims[3]!).map(([left, right]) => [
      { axis: 2, start: top!, end: bottom! },
      { axis: 3, start: left!, end: right! },
    ]),
  );
}

async function run(graph: Graph): Promise<Record<string, Tensor>> {
  prune(graph);
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", canonicalOpset]]) }));
  const results = await session.run({ x: randomTensor(shape, 3) });
  await session.release();
  return results;
}

describe("a part of a value", () => {
  it.each(Object.keys(networks))("is that of the whole, from no more than it takes: %s", async (name) => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape });
    const y = networks[name]!(op, x);
    const ranges = rangesOf(y);
    ranges.forEach((some, i) => {
      graph.publish(op.slice(y, some), `whole${i}`);
      graph.publish(narrow(op, y, some), `part${i}`);
    });
    const results = await run(graph);
    ranges.forEach((_, i) => {
      const [whole, part] = [results[`whole${i}`]!, results[`part${i}`]!];
      expect(part.shape).toEqual(whole.shape);
      const [a, b] = [numbers(whole), numbers(part)];
      for (let k = 0; k < size(whole.shape); k++) expect(b[k]).toBeCloseTo(a[k]!, 5);
    });
  });

  it("computes a receptive field, not the picture", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape });
    const y = networks["branches of different kernels that are joined"]!(op, x);
    const part = narrow(op, y, [
      { axis: 2, start: 10, end: 11 },
      { axis: 3, start: 10, end: 11 },
    ]);
    graph.output(part);
    prune(graph);
    const convolutions = graph.nodes.filter(({ opType }) => opType === "Conv").map(({ outputs }) => outputs[0]!.shape);
    expect(convolutions).toEqual([
      [2, 4, 3, 3],
      [2, 4, 3, 3],
      [2, 4, 1, 1],
    ]);
  });

  it("is cut out of the whole where it takes most of it", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const y = op.relu(graph.input("x", { dtype: "float32", shape }));
    expect(narrow(op, y, [{ axis: 2, start: 1, end: 33 }]).node!.opType).toBe("Slice");
  });

  it("tells which parts of the entry it reads", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape });
    const entry: Entry = { whole: op.identity(x), parts: [] };
    narrow(op, conv(op, entry.whole, [3, 5]), [{ axis: 2, start: 4, end: 5 }], entry);
    expect(entry.parts.map(({ part }) => part)).toEqual([
      [
        [0, 2],
        [0, 4],
        [4, 7],
        [0, 29],
      ],
    ]);
  });

  it("names the nodes of several parts apart", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape });
    const named = new Node(
      "Conv",
      [x, weights(op, [4, 4, 3, 3])],
      [new Value("y", { dtype: "float32", shape: [2, 4, 31, 27] })],
      new Map(),
      "",
      "conv",
    );
    graph.append(named);
    for (const ranges of rangesOf(named.outputs[0]!)) graph.publish(narrow(op, named.outputs[0]!, ranges), "part");
    expect(Object.keys(await run(graph))).toHaveLength(9);
    expect(new Set(graph.nodes.map(({ name }) => name).filter((name) => name !== "")).size).toBe(9);
  });

  it("gives the entry's gradient of several parts that overlap", async () => {
    const byEntry = async (take: typeof narrow) => {
      const graph = new Graph();
      const op = createOps(graph);
      const entry: Entry = { whole: op.identity(graph.input("x", { dtype: "float32", shape })), parts: [] };
      const y = networks["pools with padding"]!(op, entry.whole);
      const of = op.sum(rangesOf(y).map((ranges) => op.reduceSum(take(op, y, ranges, entry), [1, 2, 3])));
      const entries = [entry.whole, ...entry.parts.map(({ value }) => value)];
      const gradient = gradientOfEntry(op, entry, await gradients(op, { of, wrt: entries }))!;
      graph.publish(gradient, "gradient");
      return { count: entry.parts.length, results: await run(graph) };
    };
    const parts = await byEntry(narrow);
    const whole = await byEntry((op, x, ranges) => op.slice(x, ranges));
    expect(parts.count).toBe(9);
    expect(whole.count).toBe(0);
    const [a, b] = [numbers(whole.results["gradient"]!), numbers(parts.results["gradient"]!)];
    expect(b).toHaveLength(size(shape));
    b.forEach((slope, i) => expect(slope).toBeCloseTo(a[i]!, 5));
    expect(a.filter((slope) => slope !== 0).length).toBeGreaterThan(50);
  });
});
