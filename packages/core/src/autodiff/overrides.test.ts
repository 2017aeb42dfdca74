import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Value } from "../ir/graph.js";
import type { Lowering, Ops } from "../ir/ops/index.js";
import { inputShapes, openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";
import { channel } from "../objectives/activation.js";
import { gradient } from "../optimizers/gradient.js";
import { createRng } from "../rng.js";
import { buildModel, open, runtime } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { overrides } from "./overrides.js";

type Name = keyof typeof overrides;

/** One layer: its function, and its cotangent for x from the cotangent g of its output, both of one picture. */
interface Layer {
  build(op: Ops, x: Value): Value;
  truth(x: readonly number[], g: readonly number[]): number[];
  references: Partial<Record<Name, (x: readonly number[], g: readonly number[]) => number[]>>;
}

const each = (change: (x: number, g: number) => number) => (x: readonly number[], g: readonly number[]) =>
  x.map((value, i) => change(value, g[i]!));

const redirected =
  (low: number, high: number) =>
  (x: readonly number[], g: readonly number[]): number[] => {
    const truth = each((value, slope) => (value > low && value < high ? slope : 0))(x, g);
    if (truth.some((slope) => slope !== 0)) return truth;
    return each((value, slope) => ((value < low && slope < 0) || (value > high && slope > 0) ? 0 : slope))(x, g);
  };

function bounded(low: number, high: number): Omit<Layer, "build"> {
  const inside = (x: number) => x > low && x < high;
  return {
    truth: each((x, g) => (inside(x) ? g : 0)),
    references: {
      redirectedRelu: redirected(low, high),
      guidedRelu: each((x, g) => (inside(x) && g > 0 ? g : 0)),
      deconvolutionRelu: each((_, g) => Math.max(g, 0)),
      linearRelu: each((_, g) => g),
    },
  };
}

const layers: Readonly<Record<string, Layer>> = {
  Relu: { build: (op, x) => op.relu(x), ...bounded(0, Number.POSITIVE_INFINITY) },
  ReLU6: { build: (op, x) => op.clip(x, 0, 6), ...bounded(0, 6) },
  "Clip without a lower bound": { build: (op, x) => op.clip(x, undefined, 1), ...bounded(Number.NEGATIVE_INFINITY, 1) },
};

const [batch, size] = [6, 12];

/** Pictures of which the first are dead, the second above every bound, the others mixed. */
function pictures(): Float32Array {
  const values = createRng(3).normals(batch * size, 0, 4);
  return values.map((x, i) => (i < size ? -Math.abs(x) - 0.1 : i < 2 * size ? Math.abs(x) + 7 : x));
}

async function slope(
  layer: Layer,
  { x, g, names, lowering }: { x: Float32Array; g: Float32Array; names: readonly string[]; lowering: Lowering },
): Promise<number[]> {
  const shape = [batch, 3, 4];
  const bytes = buildModel((op, value) => ({ y: layer.build(op, op.identity(value)) }), { shape });
  const model = openModel(bytes, { runtime: { ...runtime, lowering }, contract: null });
  const run = await vjp(model, { shapes: inputShapes(model.source.inputs, batch), overrides: names });
  const { gradient: found } = await run.run({ x: tensor("float32", x, shape) }, tensor("float32", g, shape));
  await run.release();
  return numbers(found);
}

const onBoth = Object.entries(layers).flatMap(([name, layer]) =>
  (["cpu", "webgpu"] as const).map((lowering) => [name, lowering, layer] as const),
);

describe.each(onBoth)("%s, for %s", (_, lowering, layer) => {
  it.each(Object.entries({ ...layer.references, none: layer.truth }))(
    "with %s is its reference",
    async (name, reference) => {
      const [x, g] = [pictures(), createRng(4).normals(batch * size)];
      const found = await slope(layer, { x, g, names: name === "none" ? [] : [name], lowering });
      for (let i = 0; i < batch; i++) {
        const of = (all: Float32Array) => [...all.subarray(i * size, (i + 1) * size)];
        expect(
          of(Float32Array.from(found)).map((v) => v + 0),
          `picture ${i}`,
        ).toEqual(reference(of(x), of(g)).map((v) => v + 0));
      }
    },
  );
});

describe("a network of two dense layers", () => {
  // x = [1, 2] gives [3, 1, -4] before the first ReLU and [3, -2] before the second one
  const first = tensor("float32", [1, -1, 2, 1, 1, -3], [2, 3]);
  const second = tensor("float32", [2, -1, -3, 1, 5, 1], [3, 2]);
  const dense = (op: Ops, x: Value) => ({
    y: op.relu(op.matMul(op.relu(op.matMul(x, op.constant(first, "first"))), op.constant(second, "second"))),
  });

  it.each<readonly [string, readonly Name[], readonly number[]]>([
    ["the true gradient", [], [5, -1]],
    ["guided backpropagation", ["guidedRelu"], [2, 2]],
    ["deconvolution", ["deconvolutionRelu"], [12, -13]],
    ["no ReLU at all", ["linearRelu"], [15, -16]],
    ["the redirected gradient, where the true one is not 0", ["redirectedRelu"], [5, -1]],
  ])("has exactly %s of its first unit", async (_, names, gradient) => {
    const model = open(buildModel(dense, { shape: [1, 2] }));
    const run = await vjp(model, { shapes: inputShapes(model.source.inputs), overrides: names });
    const { gradient: found } = await run.run(
      { x: tensor("float32", [1, 2], [1, 2]) },
      tensor("float32", [1, 0], [1, 2]),
    );
    await run.release();
    expect(numbers(found)).toEqual(gradient);
  });
});

describe.each(["cpu", "webgpu"] as const)("redirectedSigmoid, for %s", (lowering) => {
  const squashing: Readonly<Record<string, (op: Ops, x: Value) => Value>> = {
    Sigmoid: (op, x) => op.sigmoid(x),
    Tanh: (op, x) => op.tanh(x),
    HardSigmoid: (op, x) => op.emit("HardSigmoid", [x], [x.type!])[0]!,
  };
  const far = [200, -200, 200, -200];
  const near = [200, -200, 200, 0];
  const g = [1, 1, -1, -1];

  async function found(build: (op: Ops, x: Value) => Value, x: readonly number[], names: readonly Name[]) {
    const shape = [2, 4];
    const bytes = buildModel((op, value) => ({ y: build(op, op.identity(value)) }), { shape });
    const model = openModel(bytes, { runtime: { ...runtime, lowering }, contract: null });
    const run = await vjp(model, { shapes: inputShapes(model.source.inputs, 2), overrides: names });
    const { gradient } = await run.run({ x: tensor("float32", x, shape) }, tensor("float32", [...g, ...g], shape));
    await run.release();
    return numbers(gradient).map((v) => v + 0);
  }

  it.each(Object.entries(squashing))(
    "brings %s back from its ends, of pictures of which all is there",
    async (_, build) => {
      const [true_, redirected] = [
        await found(build, [...far, ...near], []),
        await found(build, [...far, ...near], ["redirectedSigmoid"]),
      ];
      expect(true_.slice(0, 4)).toEqual([0, 0, 0, 0]);
      expect(redirected.slice(0, 4)).toEqual([0, 1, -1, 0]);
      expect(redirected.slice(4)).toEqual(true_.slice(4));
      expect(true_[7]).not.toBe(0);
    },
  );

  it("raises classes of which a Softmax is sure that they are not", async () => {
    const sure = [0, -200, -200, -300, 0, -200, -1, -200];
    const build = (op: Ops, x: Value) => op.softmax(x, -1);
    const [true_, redirected] = [await found(build, sure, []), await found(build, sure, ["redirectedSigmoid"])];
    expect(true_.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(redirected.slice(0, 4)).toEqual([0, 1, 0, 0]);
    expect(redirected.slice(4)).toEqual(true_.slice(4));
  });
});

describe("smoothMaxPool", () => {
  it("gives every element of a window its share, without the padding", async () => {
    const attributes = { kernel: [2, 2], strides: [1, 1], pads: [1, 0, 0, 0] };
    const model = open(buildModel((op, x) => ({ y: op.maxPool(x, attributes) }), { shape: [1, 1, 3, 3] }));
    const run = await vjp(model, { shapes: inputShapes(model.source.inputs), overrides: ["smoothMaxPool"] });
    const [x, g] = [createRng(1).normals(9), createRng(2).normals(6)];
    const shape = [1, 1, 3, 2];
    const { gradient: found } = await run.run({ x: tensor("float32", x, [1, 1, 3, 3]) }, tensor("float32", g, shape));
    await run.release();
    const expected = new Float64Array(9);
    g.forEach((share, w) => {
      const [row, column] = [Math.floor(w / 2) - 1, w % 2];
      const rows = [row, row + 1].filter((r) => r >= 0);
      for (const r of rows) for (const c of [column, column + 1]) expected[3 * r + c]! += share / (2 * rows.length);
    });
    numbers(found).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });
});

describe("maximize with overrides", () => {
  const silent = () =>
    open(buildModel((op, x) => ({ relu: op.relu(op.sub(x, 10)), y: op.identity(x) }), { shape: [1, 1, 2, 2] }));
  const target = channel({ layer: "relu", channel: 0 });
  const options = { redirectSteps: 0, steps: 1, start: "zeros", optimizer: gradient({ learningRate: 4 }) } as const;

  it("wakes units that no gradient reaches, and records how", async () => {
    const plain = await maximize(silent(), target, options).result;
    expect(numbers(plain.last.picture)).toEqual([0, 0, 0, 0]);
    const { last, record } = await maximize(silent(), target, { ...options, overrides: ["redirectedRelu"] }).result;
    expect(numbers(last.picture)).toEqual([1, 1, 1, 1]);
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({ overrides: ["redirectedRelu"], rules: [] });
  });

  it("puts one's own rules before them, and keeps the standard ones", async () => {
    const rules = { Relu: (g: Value, { op }: { op: Ops }) => [op.mul(g, 2)] };
    const { last, record } = await maximize(silent(), target, { ...options, overrides: ["linearRelu"], rules }).result;
    expect(numbers(last.picture)).toEqual([2, 2, 2, 2]);
    expect(record.rules).toEqual(["Relu"]);
  });

  it("suggests the nearest name", async () => {
    const wrong = maximize(silent(), target, { ...options, overrides: ["redirectRelu"] }).result;
    await expect(wrong).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no override "redirectRelu"',
      hint: expect.stringContaining('Did you mean "redirectedRelu"'),
    });
  });
});
