import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Graph, Node, Value } from "../ir/graph.js";
import { createOps, type Lowering, type Ops } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { fromOrt } from "../runtime/from-ort.js";
import { numbers, tensor, type Shape } from "../tensor.js";
import { gradients, type GradientOptions } from "./gradients.js";
import { allRules } from "./rules/table.js";
import { stopGradient } from "./stop-gradient.js";

const runtime = fromOrt(ort);

/** The gradient of a function of one float32 input at `values`; undefined when nothing arrives. */
async function gradientAt(
  values: readonly number[],
  build: (op: Ops, x: Value) => Value,
  { shape = [values.length], lowering = "cpu" as Lowering, ...options }: TestOptions = {},
): Promise<number[] | undefined> {
  const graph = new Graph();
  const op = createOps(graph, lowering);
  const x = graph.input("x", { dtype: "float32", shape });
  const [slope] = await gradients(op, { of: build(op, x), wrt: [x], ...options });
  if (!slope) return undefined;
  graph.output(slope);
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run({ x: tensor("float32", values, shape) });
  await session.release();
  return numbers(results[slope.name]!);
}

interface TestOptions extends Partial<Pick<GradientOptions, "rules">> {
  readonly shape?: Shape;
  readonly lowering?: Lowering;
}

describe("gradients", () => {
  it("adds up what a value gets from all its uses", async () => {
    expect(await gradientAt([1, -2, 3], (op, x) => op.add(op.mul(x, x), op.mul(x, 3)))).toEqual([5, -1, 9]);
  });

  it("starts from ones", async () => {
    expect(await gradientAt([1, 2], (op, x) => op.mul(x, 4))).toEqual([4, 4]);
  });

  it("of a row that is all masked and not used is 0, where its softmax is no number", async () => {
    const masked = tensor("float32", [0, 0, -Infinity, -Infinity, -Infinity, -Infinity], [2, 3]);
    const isUsed = tensor("bool", [1, 0], [2, 1]);
    const slope = await gradientAt(
      [1, 2, 3, 4, 5, 6],
      (op, x) => {
        const scores = op.add(x, op.constant(masked, "mask"));
        const [y] = op.emit("Softmax", [scores], [{ dtype: "float32", shape: [2, 3] }], { axis: -1 }) as [Value];
        const used = op.where(op.constant(isUsed, "used"), y, 0);
        return op.mul(used, op.constant(tensor("float32", [1, 0, 0, 1, 0, 0], [2, 3]), "of"));
      },
      { shape: [2, 3] },
    );
    // p (1 - p) of the sigmoid of a difference of 1
    expect(slope!.map((x) => Number(x.toFixed(5)))).toEqual([0.19661, -0.19661, 0, 0, 0, 0]);
  });

  it("is undefined where nothing depends on the input", async () => {
    expect(await gradientAt([1, 2], (op) => op.mul(op.fill([2], 3), 2))).toBeUndefined();
  });

  it("takes what is stopped for constant, numbers and all", async () => {
    expect(await gradientAt([1.5, -2], (op, x) => op.mul(x, stopGradient(op, x)))).toEqual([1.5, -2]);
    expect(await gradientAt([1, 2], (op, x) => op.mul(stopGradient(op, op.mul(x, 3)), 2))).toBeUndefined();
  });

  it("refuses an output that the rule does not differentiate, rather than to leave it out", async () => {
    const build = (op: Ops, x: Value) => {
      const scale = op.constant(tensor("float32", [1, 1]));
      const types = [x.type!, { dtype: "float32", shape: [1, 1] } as const];
      return op.emit("SimplifiedLayerNormalization", [x, scale], types)[1]!;
    };
    await expect(gradientAt([1, 2], build, { shape: [1, 2] })).rejects.toThrow(
      /rule of SimplifiedLayerNormalization is for its first output, and output 1 of node/,
    );
  });

  it("refuses to resize an axis whose matrix would fill the memory", async () => {
    const build = (op: Ops, x: Value) => {
      const type = { dtype: "float32", shape: [1, 1, 1, 9000] } as const;
      return op.emit("Resize", [x, undefined, undefined, op.ints([1, 1, 1, 9000])], [type], { mode: "linear" })[0]!;
    };
    await expect(gradientAt([1, 2], build, { shape: [1, 1, 1, 2] })).rejects.toThrow("an axis from 2 to 9000");
  });

  it("refuses sequences of tensors rather than to take them for constant", async () => {
    const build = (op: Ops, x: Value) => {
      const sequence = new Value("sequence");
      op.graph.append(new Node("SequenceConstruct", [x, x], [sequence], new Map(), "", "list"));
      return op.emit("ConcatFromSequence", [sequence], [{ dtype: "float32", shape: [4] }], { axis: 0 })[0]!;
    };
    await expect(gradientAt([1, 2], build)).rejects.toThrow(
      /behind node "list" \(SequenceConstruct\): lists of tensors/,
    );
  });

  it("stops at whole numbers and comparisons", async () => {
    expect(await gradientAt([1, 2.5], (op, x) => op.cast(op.cast(x, "int32"), "float32"))).toBeUndefined();
    expect(await gradientAt([1, 2.5], (op, x) => op.cast(op.greater(x, 2), "float32"))).toBeUndefined();
    expect(await gradientAt([1, 2.5], (op, x) => op.cast(op.argMax(x, 0), "float32"))).toBeUndefined();
    expect(await gradientAt([1, 3], (op, x) => op.mul(x, op.cast(op.argMax(x, 0, true), "float32")))).toEqual([1, 1]);
    const shapeOf = (op: Ops, x: Value) => op.emit("Shape", [x], [{ dtype: "int64", shape: [1] }])[0]!;
    expect(await gradientAt([1, 3], (op, x) => op.mul(x, op.cast(shapeOf(op, x), "float32")))).toEqual([2, 2]);
  });

  it("differentiates by several values, and by ones between", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [2] });
    const y = op.exp(x);
    const slopes = await gradients(op, { of: op.reduceSum(op.mul(y, 3)), wrt: [x, y] });
    expect(slopes.map((slope) => slope?.shape)).toEqual([[2], [2]]);
  });

  it("names the nodes without a rule, all of them", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [2] });
    const swirl = (value: Value) => op.emit("Swirl", [value], [value.type], {}, "com.acme")[0]!;
    const y = op.emit("MaxRoiPool", [swirl(swirl(x))], [{ dtype: "float32", shape: [] }])[0]!;
    await expect(gradients(op, { of: y, wrt: [x] })).rejects.toThrow(
      'Cannot differentiate "xstar/MaxRoiPool": no vjp rule for com.acme::Swirl, MaxRoiPool, which are needed at node',
    );
  });

  it("takes rules of the user's own", async () => {
    const doubled = { Relu: (await allRules())["Identity"]! };
    expect(await gradientAt([-1, 2], (op, x) => op.relu(x), { rules: doubled })).toEqual([1, 1]);
  });

  it("refuses a rule whose result does not fit", async () => {
    const wrong = { Relu: (_: Value, { op }: { op: Ops }) => [op.fill([3], 1)] };
    await expect(gradientAt([-1, 2], (op, x) => op.relu(x), { rules: wrong })).rejects.toThrow(
      'The vjp rule of Relu (node "xstar/Relu") gave float32[3] for input 0, which is float32[2]',
    );
  });
});

describe.each<Lowering>(["cpu", "webgpu"])("conventions at kinks and ties, %s", (lowering) => {
  const maxPool = (kernel: number[], strides: number[]) => (op: Ops, x: Value) => op.maxPool(x, { kernel, strides });

  it("Relu, Abs and Clip are flat at the kink", async () => {
    expect(await gradientAt([-1, 0, 2], (op, x) => op.relu(x), { lowering })).toEqual([0, 0, 1]);
    expect(await gradientAt([-1, 0, 2], (op, x) => op.abs(x), { lowering })).toEqual([-1, 0, 1]);
    expect(await gradientAt([-1, 0, 0.5, 1], (op, x) => op.clip(x, 0, 1), { lowering })).toEqual([0, 0, 1, 0]);
  });

  it.each([
    [0.3, 1],
    [0.7, 0],
  ])("Clip of a value between itself and a bound is the smaller of the two: at %d", async (at, slope) => {
    const build = (op: Ops, x: Value) => op.emit("Clip", [x, x, op.scalar(0.5)], [x.type])[0]!;
    expect(await gradientAt([at], build, { lowering, shape: [] })).toEqual([slope]);
  });

  it("MaxPool gives all to the first maximum of a window", async () => {
    const flat = { shape: [1, 1, 3, 3], lowering };
    const ones = Array<number>(9).fill(1);
    expect(await gradientAt(ones, maxPool([2, 2], [1, 1]), flat)).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0]);
    const values = [0, 5, 5, 1, 5, 2, 0, 0, 7];
    expect(await gradientAt(values, maxPool([3, 3], [2, 2]), flat)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await gradientAt([3, 3, 1, 3, 3], maxPool([3], [2]), { shape: [1, 1, 5], lowering })).toEqual([
      1, 0, 0, 1, 0,
    ]);
  });

  it("MaxPool gives the first of tied rows the same on both lowerings", async () => {
    const values = [1, 4, 4, 4, 4, 1, 2, 4, 2, 4, 4, 4, 4, 1, 4, 4];
    const expected = [0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0];
    const options = { shape: [1, 1, 4, 4], lowering };
    const counted = await gradientAt(values, maxPool([3, 3], [1, 1]), options);
    expect(counted!.reduce((a, b) => a + b, 0)).toBe(4);
    expect(await gradientAt(values, maxPool([2, 2], [2, 2]), options)).toEqual(
      expected.map((_, i) => ([1, 2, 9, 10].includes(i) ? 1 : 0)),
    );
  });

  it("ReduceMax, ReduceMin, Max, Min and GlobalMaxPool share evenly among ties", async () => {
    expect(await gradientAt([2, 1, 2, 0], (op, x) => op.reduceMax(x), { lowering })).toEqual([0.5, 0, 0.5, 0]);
    expect(await gradientAt([2, 1, 1, 1], (op, x) => op.mul(op.reduceMin(x), 3), { lowering })).toEqual([0, 1, 1, 1]);
    expect(await gradientAt([1, 2, 3], (op, x) => op.max(x, 2), { lowering })).toEqual([0, 0.5, 1]);
    expect(await gradientAt([1, 2, 3], (op, x) => op.min(x, 2), { lowering })).toEqual([1, 0.5, 0]);
    const pooled = (op: Ops, x: Value) =>
      op.emit("GlobalMaxPool", [x], [{ dtype: "float32", shape: [1, 1, 1, 1] }])[0]!;
    expect(await gradientAt([5, 5, 1, 5], pooled, { shape: [1, 1, 2, 2], lowering })).toEqual(
      [1, 1, 0, 1].map((share) => Math.fround(share / 3)),
    );
  });

  it("norms have derivative 0 at 0, and products of zeros are right", async () => {
    expect(await gradientAt([0, 0], (op, x) => op.reduceL2(x), { lowering })).toEqual([0, 0]);
    expect(await gradientAt([0, 3, 2], (op, x) => op.reduceProd(x), { lowering })).toEqual([6, 0, 0]);
    expect(await gradientAt([0, 2], (op, x) => op.pow(x, 0), { lowering })).toEqual([0, 0]);
  });

  it("QuantizeLinear passes straight through what it does not saturate", async () => {
    const quantized = (op: Ops, x: Value) => {
      const parameters = [op.scalar(0.1), op.scalar(3, "uint8")];
      const levels = op.emit("QuantizeLinear", [x, ...parameters], [{ dtype: "uint8", shape: x.shape }])[0]!;
      const turned = op.transpose(levels, [1, 0]);
      const shape = turned.shape;
      return op.emit("DequantizeLinear", [turned, ...parameters], [{ dtype: "float32", shape }])[0]!;
    };
    const slope = await gradientAt([-0.4, -0.2, 5, 30], quantized, { shape: [2, 2], lowering });
    expect(slope!.map((value) => Number(value.toFixed(5)))).toEqual([0, 1, 1, 0]);
  });
});

it("of a softmax of nothing but minus infinity is no number, also where its result is replaced, as PyTorch's is", async () => {
  const replaced = (op: Ops, x: Value) => {
    const row = op.softmax(x, 1);
    const isNone = op.emit("IsNaN", [row], [{ dtype: "bool", shape: row.shape }])[0]!;
    return op.reduceSum(op.mul(op.where(isNone, op.scalar(0), row), op.constant(tensor("float32", [1, 2], [1, 2]))));
  };
  const [a, b, c, d] = (await gradientAt([-Infinity, -Infinity, 0, 0], replaced, { shape: [2, 2] }))!;
  expect([a, b]).toEqual([NaN, NaN]);
  expect([c, d]).toEqual([expect.closeTo(-0.25, 6), expect.closeTo(0.25, 6)]);
});

it("of powers that are no number is 0 where they are replaced, as in the Yeo-Johnson transform", async () => {
  const replaced = (op: Ops, x: Value) => {
    const powers = op.pow(x, op.constant(tensor("float32", [0.5, 1.5, 2, 0], [4])));
    const isNone = op.emit("IsNaN", [powers], [{ dtype: "bool", shape: powers.shape }])[0]!;
    return op.reduceSum(op.where(isNone, op.scalar(0), powers));
  };
  expect(await gradientAt([-1, 4, -3, -2], replaced)).toEqual([0, expect.closeTo(3, 6), -6, 0]);
});
