import { describe, expect, it } from "vitest";
import { Graph, Node, Value } from "../ir/graph.js";
import { createOps, float, type Ops } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { buildModel, open, randomTensor, runtime, weights } from "../testing/models.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";
import { canonicalOpset } from "./normalize.js";
import { vjp } from "../model/vjp.js";

/** The outputs of a file, before and after normalization, on the same input. */
async function bothWays(bytes: Uint8Array, x: Tensor) {
  const model = open(bytes);
  const { graph, opset } = await model.at(new Map([["x", x.shape]]));
  const run = async (file: Uint8Array, names?: readonly string[]) => {
    const session = await runtime.open(file);
    const results = await session.run({ x }, names);
    await session.release();
    return Object.values(results).map(numbers);
  };
  const opsets = new Map([...model.source.opsets, ["", opset]]);
  return { graph, opset, before: await run(bytes), after: await run(writeModel(graph, { opsets })) };
}

function expectSame(before: readonly number[][], after: readonly number[][]) {
  expect(after).toHaveLength(before.length);
  before.forEach((values, i) => values.forEach((value, k) => expect(after[i]![k]).toBeCloseTo(value, 4)));
}

const types = (graph: Graph) => graph.nodes.map(({ opType }) => opType);

/** Numbers between 0.5 and 1.5: variances. */
const positive = (op: Ops, shape: Shape) =>
  op.constant(
    tensor(
      "float32",
      (randomTensor(shape).data as Float32Array).map((x) => 0.5 + (x - Math.floor(x))),
      shape,
    ),
  );

const normalization = (op: Ops, x: Value, channels: number, attributes = {}) =>
  op.emit(
    "BatchNormalization",
    [x, weights(op, [channels], 5), weights(op, [channels], 6), weights(op, [channels], 7), positive(op, [channels])],
    [{ dtype: "float32", shape: x.shape }],
    { epsilon: float(1e-3), ...attributes },
  )[0]!;

describe("BatchNormalization behind a convolution", () => {
  const x = randomTensor([2, 4, 6, 6]);
  const shape = [2, 4, 6, 6];

  it.each([
    ["alone", {}, false],
    ["with a bias", {}, true],
    [
      "with groups, strides, padding and dilation",
      { group: 2, strides: [2, 1], pads: [1, 0, 2, 1], dilations: [1, 2] },
      true,
    ],
  ])("is folded into it, %s, and gives the same", async (_, attributes, biased) => {
    const bytes = buildModel(
      (op, value) => {
        const w = weights(op, [6, "group" in attributes ? 2 : 4, 3, 3]);
        const conv = op.conv(value, w, attributes, biased ? weights(op, [6], 2) : undefined);
        return { conv, y: op.relu(normalization(op, conv, 6)) };
      },
      { shape },
    );
    const { graph, before, after } = await bothWays(bytes, x);
    const reached = new Set<string>();
    const visit = (value: Value | undefined) => {
      if (!value?.node) return;
      reached.add(value.node.opType);
      value.node.inputs.forEach(visit);
    };
    graph.outputs.forEach(visit);
    expect(reached).not.toContain("BatchNormalization");
    expectSame(before, after);
  });

  it("stays where something else reads the convolution too", async () => {
    const bytes = buildModel(
      (op, value) => {
        const conv = op.conv(value, weights(op, [4, 4, 1, 1]));
        return { conv, y: op.add(normalization(op, conv, 4), conv) };
      },
      { shape },
    );
    const { graph, before, after } = await bothWays(bytes, x);
    expect(types(graph)).toContain("BatchNormalization");
    expectSame(before, after);
  });

  it("leaves the convolution readable where it is an output or is read by a subgraph", async () => {
    const graph = new Graph("shared");
    const op = createOps(graph, "cpu", "s");
    const input = graph.input("x", { dtype: "float32", shape });
    const conv = op.conv(input, weights(op, [4, 4, 1, 1]));
    const branch = (opType: string) => {
      const inner = new Graph(opType);
      const result = new Value(`${opType}_result`);
      inner.append(new Node(opType, [conv], [result]));
      inner.output(result);
      return { kind: "graph", value: inner } as const;
    };
    const chosen = new Value("chosen");
    const condition = op.greater(op.reduceSum(input), 0);
    const branches = new Map([
      ["then_branch", branch("Exp")],
      ["else_branch", branch("Neg")],
    ]);
    const normal = normalization(op, conv, 4);
    graph.append(new Node("If", [condition], [chosen], branches));
    for (const value of [normal, conv, chosen]) graph.output(value);
    const { before, after } = await bothWays(writeModel(graph, { opsets: new Map([["", 20]]) }), x);
    expectSame(before, after);
  });

  it("stays where its numbers are not constants", async () => {
    const bytes = buildModel(
      (op, value) => {
        const conv = op.conv(value, weights(op, [4, 4, 1, 1]));
        const scale = op.reduceMean(value, [0, 2, 3]);
        const inputs = [conv, scale, weights(op, [4], 6), weights(op, [4], 7), positive(op, [4])];
        return { y: op.emit("BatchNormalization", inputs, [{ dtype: "float32", shape }])[0]! };
      },
      { shape },
    );
    const { graph, before, after } = await bothWays(bytes, x);
    expect(types(graph)).toContain("BatchNormalization");
    expectSame(before, after);
  });

  it("with statistics for every element, as before opset 9, is not folded", async () => {
    const bytes = buildModel(
      (op, value) => {
        const conv = op.conv(value, weights(op, [4, 4, 1, 1]));
        const whole = [4, 6, 6];
        const inputs = [conv, weights(op, whole, 5), weights(op, whole, 6), weights(op, whole, 7), positive(op, whole)];
        return { y: op.emit("BatchNormalization", inputs, [{ dtype: "float32", shape }], { spatial: 0 })[0]! };
      },
      { shape, opset: 7 },
    );
    const { before, after } = await bothWays(bytes, x);
    expectSame(before, after);
  });
});

describe("BatchNormalization in training mode", () => {
  const statistics = { dtype: "float32", shape: [4] } as const;
  const bytes = (shape: Shape) =>
    buildModel(
      (op, x) => {
        const inputs = [weights(op, [4], 5), weights(op, [4], 6), weights(op, [4], 7), positive(op, [4])];
        const attributes = { training_mode: 1, momentum: float(0.75), epsilon: float(1e-3) };
        const type = { dtype: "float32", shape } as const;
        const [y, mean, variance] = op.emit(
          "BatchNormalization",
          [x, ...inputs],
          [type, statistics, statistics],
          attributes,
        );
        op.graph.output(mean!);
        op.graph.output(variance!);
        return { y: op.tanh(y!) };
      },
      { shape },
    );

  it("computes the same from operators that have true gradients", async () => {
    for (const shape of [
      [2, 4, 3, 3],
      [3, 4, 5],
      [4, 4],
    ]) {
      const { graph, before, after } = await bothWays(bytes(shape), randomTensor(shape));
      expect(types(graph)).not.toContain("BatchNormalization");
      expectSame(before, after);
    }
  });

  it("has the gradient of central differences, through the statistics too", async () => {
    const shape = [2, 4, 2, 2];
    const of = await vjp(open(bytes(shape)), { shapes: new Map([["x", shape]]), of: "y" });
    const [x, cotangent] = [randomTensor(shape), randomTensor(shape, 2)];
    const at = async (i: number, by: number) => {
      const data = (x.data as Float32Array).slice();
      data[i]! += by;
      const { output } = await of.run({ x: { ...x, data } }, cotangent);
      return numbers(output).reduce((sum, value, k) => sum + value * numbers(cotangent)[k]!, 0);
    };
    const { gradient } = await of.run({ x }, cotangent);
    for (let i = 0; i < 32; i += 3)
      expect(numbers(gradient)[i]).toBeCloseTo(((await at(i, 1e-2)) - (await at(i, -1e-2))) / 2e-2, 2);
    await of.release();
  });
});

describe("older operator sets", () => {
  const one =
    (opType: string, attributes: Record<string, number | readonly number[] | ReturnType<typeof float>>, shape: Shape) =>
    (op: Ops, x: Value) => ({
      y: op.emit(opType, [x], [{ dtype: "float32", shape }], attributes)[0]!,
    });

  it.each<readonly [string, number, Shape, (op: Ops, x: Value) => Record<string, Value>]>([
    ["Softmax over everything behind an axis", 11, [2, 3, 4], one("Softmax", { axis: 1 }, [2, 3, 4])],
    ["Clip with bounds as attributes", 6, [2, 3], one("Clip", { min: float(-0.5), max: float(0.5) }, [2, 3])],
    ["Pad with pads as an attribute", 2, [2, 3], one("Pad", { pads: [0, 1, 0, 2], value: float(3) }, [2, 6])],
    ["Squeeze with axes as an attribute", 11, [2, 1, 3], one("Squeeze", { axes: [1] }, [2, 3])],
    ["Slice with ranges as attributes", 9, [4, 5], one("Slice", { starts: [1], ends: [100], axes: [1] }, [4, 4])],
    ["ReduceMean with axes as an attribute", 13, [2, 3, 4], one("ReduceMean", { axes: [-1], keepdims: 0 }, [2, 3])],
    [
      "Slice to the end, said as the largest int64",
      9,
      [4, 5],
      one("Slice", { starts: [-2], ends: [2 ** 63], axes: [-1] }, [4, 2]),
    ],
    [
      "negative axes where ONNX had none",
      9,
      [2, 1, 3],
      (op, x) => {
        const of = (opType: string, value: Value, axes: readonly number[], to: Shape) =>
          op.emit(opType, [value], [{ dtype: "float32", shape: to }], { axes })[0]!;
        const column = of("Unsqueeze", x, [-1], [2, 1, 3, 1]);
        const type = { dtype: "float32", shape: [2, 1, 3, 2] } as const;
        const both = op.emit("Concat", [column, op.mul(column, 2)], [type], { axis: -1 })[0]!;
        return { y: op.mul(of("Squeeze", both, [-3], [2, 3, 2]), 3) };
      },
    ],
    ...[8, 9, 13].map((version): [string, number, Shape, (op: Ops, x: Value) => Record<string, Value>] => [
      `BatchNormalization with the outputs of training, opset ${version},`,
      version,
      [2, 4, 3],
      (op, x) => {
        const inputs = [weights(op, [4], 5), weights(op, [4], 6), weights(op, [4], 7), positive(op, [4])];
        const statistics = { dtype: "float32", shape: [4] } as const;
        const outputs = [x.type!, statistics, statistics, statistics, statistics];
        return { y: op.emit("BatchNormalization", [x, ...inputs], outputs)[0]! };
      },
    ]),
    ["Dropout, which does nothing", 7, [2, 3], one("Dropout", {}, [2, 3])],
  ])("%s gives the same in the canonical one", async (_, opset, shape, build) => {
    const bytes = buildModel(build, { shape, opset });
    const result = await bothWays(bytes, randomTensor(shape));
    expect(result.opset).toBe(canonicalOpset);
    expectSame(result.before, result.after);
  });

  it("newer ones than the canonical one stay as they are", async () => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { shape: [2], opset: 21 });
    expect((await bothWays(bytes, randomTensor([2]))).opset).toBe(21);
  });
});

describe("names", () => {
  it("of the source graph lead to what its values became", async () => {
    const bytes = buildModel(
      (op, x) => {
        const conv = op.conv(x, weights(op, [4, 1, 1, 1]));
        const normal = normalization(op, conv, 4);
        return { conv, normal, y: op.relu(normal) };
      },
      { shape: [1, 1, 4, 4] },
    );
    const { values } = await open(bytes).at(new Map([["x", [1, 1, 4, 4]]]));
    expect(["x", "conv", "normal", "y"].every((name) => values.has(name))).toBe(true);
    expect(values.get("normal")!.node!.opType).toBe("Conv");
  });
});

describe("a MaxPool behind a Pad", () => {
  const pooled = (attributes: Parameters<Ops["emit"]>[3]) =>
    buildModel(
      (op, x) => {
        const padded = op.pad(op.neg(x), [0, 0, 1, 1], [0, 0, 1, 1]);
        const shape = [1, 1, 2, 2];
        const options = { kernel_shape: [2, 2], strides: [2, 2], ...attributes };
        return { y: op.emit("MaxPool", [padded], [{ dtype: "float32", shape }], options)[0]! };
      },
      { shape: [1, 1, 2, 2] },
    );

  it.each([{}, { pads: [0, 0, 0, 0] }])(
    "keeps the zeros, which are larger than all numbers inside (%o)",
    async (pads) => {
      const { graph, after } = await bothWays(pooled(pads), tensor("float32", [1, 2, 3, 4], [1, 1, 2, 2]));
      expect(types(graph)).toEqual(["Neg", "Pad", "MaxPool"]);
      expect(after).toEqual([[0, 0, 0, 0]]);
    },
  );
});

describe("an AveragePool behind a Pad", () => {
  const pooled = (amount: number) =>
    buildModel(
      (op, x) => {
        const padded = op.pad(op.neg(x), [0, 0, amount, amount], [0, 0, amount, amount]);
        const options = { kernel_shape: [2, 2], strides: [2, 2] };
        return { y: op.emit("AveragePool", [padded], [{ dtype: "float32", shape: [1, 1, 3, 3] }], options)[0]! };
      },
      { shape: [1, 1, 6 - 2 * amount, 6 - 2 * amount] },
    );

  it("is kept apart where the Pad is as wide as the kernel, of which ONNX Runtime makes a pool that it refuses", async () => {
    const { graph } = await open(pooled(2)).at(new Map([["x", [1, 1, 2, 2]]]));
    expect(graph.nodes.at(-1)!.string("auto_pad", "")).toBe("VALID");
    const of = await vjp(open(pooled(2)));
    const { output } = await of.run({ x: tensor("float32", [1, 2, 3, 4], [1, 1, 2, 2]) }, randomTensor([1, 1, 3, 3]));
    await of.release();
    expect(numbers(output)).toEqual([0, 0, 0, 0, -2.5, 0, 0, 0, 0]);
  });

  it("is left as it is where it is less", async () => {
    const { graph } = await open(pooled(1)).at(new Map([["x", [1, 1, 4, 4]]]));
    expect(graph.nodes.at(-1)!.string("auto_pad", "")).toBe("");
  });
});
