import { describe, expect, it } from "vitest";
import { compileAscent, maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { channel, logit } from "../objectives/activation.js";
import { array } from "../starts/starts.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { writeModel } from "../onnx/write.js";
import { numbers, size, tensor } from "../tensor.js";
import { classify } from "../probe/classify.js";
import { prepareModel } from "./prepare-model.js";

const options: MaximizeOptions = { steps: 4, start: ["random", "ones", 0.2], seed: 9 };

/** Like a network that was made for one picture: 16 maps of 4 x 4 reshaped to a constant [1, 256]. */
const baked = (freeBatch: boolean) =>
  buildModel(
    (op, x) => {
      const conv = op.relu(op.conv(x, weights(op, [16, 1, 3, 3])));
      const pool = op.maxPool(conv, { kernel: [3, 3], strides: [3, 3] });
      const flat = freeBatch ? op.flatten(pool) : op.reshape(pool, [1, 256]);
      return {
        conv,
        pool,
        flat,
        scores: op.add(op.matMul(flat, weights(op, [256, 10], 3, 0.1)), weights(op, [10], 4)),
      };
    },
    { shape: [1, 1, 14, 14], ...(freeBatch && { freeBatch: "N" }) },
  );

describe("a batch", () => {
  it("runs once where the model takes it whole, and once for each picture where it does not", async () => {
    expect(await prepareModel(open(baked(true)), 3)).toMatchObject({ batch: 3, perRun: 3, shape: [3, 1, 14, 14] });
    expect(await prepareModel(open(baked(false)), 3)).toMatchObject({ batch: 3, perRun: 1, shape: [3, 1, 14, 14] });
    expect(await prepareModel(open(baked(false)), 1)).toMatchObject({ batch: 1, perRun: 1, shape: [1, 1, 14, 14] });
  });

  it.each([
    ["a class", [logit({ class: 0 }), logit({ class: 7 }), logit({ class: 3 })]],
    ["a channel inside", [0, 5, 15].map((at) => channel({ layer: "pool", channel: at }))],
  ])("gives the same both ways: %s", async (_, objectives) => {
    const [whole, single] = await Promise.all(
      [true, false].map((free) => maximize(open(baked(free)), objectives, options).result),
    );
    const expected = numbers(whole!.last.picture);
    numbers(single!.last.picture).forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5));
    whole!.curve.forEach((values, i) => values.forEach((x, k) => expect(single!.curve[i]![k]).toBeCloseTo(x, 4)));
  });
});

describe("a layer", () => {
  it("may be named by its node or its value", async () => {
    const model = open(tinyCnn());
    const { values } = (await prepareModel(model, 1)).normalized;
    expect(values.has("pool")).toBe(true);
    const { curve } = await maximize(model, channel({ layer: "pool", channel: 0 }), { steps: 1 }).result;
    expect(curve).toHaveLength(2);
  });

  it("that holds no activations is said to be none", async () => {
    const model = open(buildModel((op, x) => ({ best: op.argMax(x, 1), y: op.mul(x, 2) }), { shape: [1, 3] }));
    await expect(maximize(model, channel({ layer: "best", channel: 0 }), { steps: 0 }).result).rejects.toMatchObject({
      code: "unknown-layer",
      message: '"best" is a value of the model but no layer: it holds whole numbers (int64), so it has no gradient',
      hint: "Choose one of its layers: see xstar inspect",
    });
  });
});

describe("names", () => {
  it("of a model's values may be those that a step uses itself", async () => {
    const names = [
      "picture",
      "objective",
      "step",
      "pixels",
      "next.pixels",
      "objective.channel",
      "watch.w",
      "optimizer.learningRate",
    ];
    const bytes = buildModel(
      (op, x) => {
        let last = x;
        return Object.fromEntries(names.map((name) => [name, (last = op.mul(last, 1.1))]));
      },
      { shape: [1, 1, 2, 2], input: "model/picture" },
    );
    const target = channel({ layer: "objective", channel: 0 });
    const watch = { w: channel({ layer: "watch.w", channel: 0 }) };
    const { curve, ended } = await maximize(open(bytes), target, { steps: 2, start: "ones", watch }).result;
    expect(ended).toBe("steps");
    expect(curve[0]![0]).toBeCloseTo(1.1 ** 2, 5);
  });
});

describe("the input contract", () => {
  const identity = open(
    buildModel((op, x) => ({ same: op.identity(x), y: op.reduceMean(x, [2, 3]) }), {
      shape: [1, 3, 1, 2],
      input: "image",
    }),
  );
  const seen = async (contract: MaximizeOptions["contract"] & object, values = [0, 0.5, 0.25, 0.25, 1, 1]) => {
    const watch = Object.fromEntries([0, 1, 2].map((c) => [c, channel({ layer: "same", channel: c })]));
    const start = array({ values });
    const { last } = await maximize(identity, channel({ layer: "same", channel: 0 }), {
      steps: 0,
      start,
      watch,
      contract,
    }).result;
    return [0, 1, 2].map((c) => last.watch[c]![0]!);
  };

  it.each([
    [[0.5], [0.5], [-0.5, -0.5, 1]],
    [[0], [1 / 255], [63.75, 63.75, 255]],
    [
      [0.25, 0, 1],
      [1, 0.5, 2],
      [0, 0.5, 0],
    ],
    [[0.25], [1, 0.5, 2], [0, 0, 0.375]],
    [[0.25, 0, 1], [0.5], [0, 0.5, 0]],
  ])("is (picture - mean) / std, channel by channel: mean %j, std %j", async (mean, std, expected) => {
    (await seen({ mean, std })).forEach((x, c) => expect(x).toBeCloseTo(expected[c]!, 4));
  });

  it("makes -mean / std of black, as Lucent tests it", async () => {
    const black = await seen({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }, Array<number>(6).fill(0));
    [-2.117904, -2.035714, -1.804444].forEach((wanted, c) => expect(black[c]).toBeCloseTo(wanted, 5));
  });

  it.each([
    [{ mean: [0, 0], std: [1] }, "The input contract gives 2 values for 3 channels"],
    [{ mean: [0], std: [1, 1, 1, 1] }, "The input contract gives 4 values for 3 channels"],
    [{ mean: [0], std: [1, 0, 1] }, "The input contract divides by [1,0,1], which must be above 0"],
  ])("that does not fit is refused: %j", async (contract, message) => {
    await expect(seen(contract)).rejects.toMatchObject({ code: "bad-argument", message });
  });
});

describe("layout and order", () => {
  /** What a model of `shape` gets for a picture of 3 x 1 x 2 (or 1 x 1 x 2) values. */
  const seen = async (shape: readonly number[], contract: MaximizeOptions["contract"] & object, values: number[]) => {
    const model = open(buildModel((op, x) => ({ same: op.identity(x), y: op.flatten(x) }), { shape }));
    const watch = Object.fromEntries(
      Array.from({ length: size(shape) }, (_, i) => [String(i).padStart(2, "0"), channel({ layer: "y", channel: i })]),
    );
    const run = maximize(model, channel({ layer: "y", channel: 0 }), {
      steps: 1,
      start: array({ values: Float32Array.from(values) }),
      watch,
      contract,
    });
    const { last, watch: curves } = await run.result;
    return { picture: last.picture, input: Object.keys(watch).map((name) => curves[name]![0]![0]!) };
  };
  const plain = { mean: [0], std: [1] };
  const rgb = [1, 2, 3, 4, 5, 6];

  it("NHWC has the channels last; the picture has them first", async () => {
    const { picture, input } = await seen([1, 1, 2, 3], { ...plain, layout: "NHWC" }, rgb);
    expect(picture.shape).toEqual([1, 3, 1, 2]);
    expect(input).toEqual([1, 3, 5, 2, 4, 6]);
    expect(numbers(picture)).toEqual([2, 2, 3, 4, 5, 6]);
  });

  it("BGR turns the channels round, and mean and std are those of the input's order", async () => {
    const { picture, input } = await seen([1, 3, 1, 2], { ...plain, mean: [10, 20, 30], order: "BGR" }, rgb);
    expect(input).toEqual([-5, -4, -17, -16, -29, -28]);
    expect(numbers(picture)).toEqual([1, 2, 3, 4, 6, 6]);
    const last = await seen([1, 1, 2, 3], { ...plain, layout: "NHWC", order: "BGR" }, rgb);
    expect(last.input).toEqual([5, 3, 1, 6, 4, 2]);
  });

  it("gray goes into each of three channels, and its gradient is their sum", async () => {
    const { picture, input } = await seen([1, 3, 1, 2], { mean: [0, 1, 2], std: [1], order: "gray" }, [5, 6]);
    expect(picture.shape).toEqual([1, 1, 1, 2]);
    expect(input).toEqual([5, 6, 4, 5, 3, 4]);
    expect(numbers(picture)).toEqual([6, 6]);
    expect((await seen([1, 1, 1, 2], { ...plain, order: "gray" }, [5, 6])).input).toEqual([5, 6]);
  });

  it("a contract that changes nothing adds nothing to the graph", async () => {
    const model = open(tinyCnn());
    const count = async (contract?: MaximizeOptions["contract"]) =>
      (await compileAscent(model, logit({ class: 0 }), contract ? { contract } : {})).step.graph.nodes.length;
    expect(await count({ ...plain, layout: "NCHW", order: "gray" })).toBe(await count());
  });

  it.each<[readonly number[], object, string]>([
    [[1, 6], { layout: "NHWC" }, 'The layout "NHWC" does not fit an input of shape [1,6]: it has 4 axes'],
    [[1, 4, 1, 2], { order: "BGR" }, 'The order "BGR" needs an input of 3 channels: it has 4'],
    [[1, 4, 1, 2], { order: "gray" }, 'The order "gray" does not fit an input of 4 channels'],
  ])("of %j: %j is refused", async (shape, contract, message) => {
    await expect(seen(shape, { ...plain, ...contract }, rgb)).rejects.toMatchObject({ code: "bad-argument", message });
  });
});

describe("a size that the model leaves free", () => {
  it("is chosen and put on record", async () => {
    const bytes = encodeModel({
      name: "free",
      input: [declare("x", ["N", 1, "h", "w"])],
      output: [declare("y", ["N", 1, "h", "w"])],
      node: [{ opType: "Relu", input: ["x"], output: ["y"] }],
    });
    const { record } = await compileAscent(open(bytes), channel({ layer: "y", channel: 0 }), { start: ["ones", 0.5] });
    expect(record).toMatchObject({
      shape: [2, 1, 28, 28],
      assumed: ['Input "x" leaves its size free: 28 x 28 is taken, usual for 1 channel'],
    });
  });
});

describe("a model of several outputs", () => {
  const two = () => {
    const graph = new Graph("two");
    const op = createOps(graph, "cpu", "two");
    const x = graph.input("x", { dtype: "float32", shape: [1, 2] });
    const map = op.reshape(op.mul(x, 1), [1, 1, 1, 2]);
    const classes = op.mul(x, 10);
    const other = op.mul(x, -5);
    for (const [name, value] of Object.entries({ map, classes, other })) {
      value.name = graph.uniqueName(name);
      graph.output(value);
    }
    return open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  };
  const at = async (options: MaximizeOptions) => {
    const { last } = await maximize(two(), logit({ class: 1 }), { steps: 0, start: "ones", ...options }).result;
    return last.objective[0];
  };

  it("scores its classes by the first that looks like it, or by the one that is named", async () => {
    expect(await at({})).toBe(10);
    expect(await at({ logits: "other" })).toBe(-5);
    await expect(at({ logits: "othr" })).rejects.toMatchObject({
      code: "unknown-layer",
      hint: expect.stringContaining('"other"'),
    });
    const picture = tensor("float32", [0, 1], [1, 2]);
    expect((await classify(two(), picture))![0]![1]).toBeGreaterThan(0.99);
    expect((await classify(two(), picture, { logits: "other" }))![0]![1]).toBeLessThan(0.01);
  });
});

describe("models that are no picture networks", () => {
  it.each([
    [
      "without a float input",
      buildModel((op, x) => ({ y: op.cast(x, "float32") }), { shape: [2], dtype: "int64" }),
      "The model has no floating-point input to ascend",
    ],
    [
      "of one number",
      buildModel((op, x) => ({ y: op.mul(x, 2) }), { shape: [] }),
      'Input "x" of shape [] cannot be maximized over: it is a single number',
    ],
  ])("%s are refused", async (_, bytes, message) => {
    await expect(maximize(open(bytes), logit({ class: 0 }), { steps: 0 }).result).rejects.toMatchObject({
      code: "unsupported-model",
      message,
      hint: expect.any(String),
    });
  });

  it("of vectors work: latent codes have no height and width", async () => {
    const model = open(
      buildModel((op, x) => ({ y: op.matMul(x, weights(op, [5, 3])) }), { shape: [1, 5], freeBatch: "N" }),
    );
    const { curve, last } = await maximize(model, [logit({ class: 0 }), logit({ class: 2 })], { steps: 3 }).result;
    expect(last.picture.shape).toEqual([2, 5]);
    expect(curve.at(-1)![1]).toBeGreaterThan(curve[0]![1]!);
    expect(tensor("float32", [0]).shape).toEqual([1]);
  });
});
