import { describe, expect, it } from "vitest";
import { maximize, type MaximizeOptions } from "../ascend.js";
import { channel, logit } from "../objectives/activation.js";
import { array } from "../parameterizations/starts.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { prepareBatch } from "./forward.js";

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
    expect(await prepareBatch(open(baked(true)), 3)).toMatchObject({ batch: 3, perRun: 3, shape: [3, 1, 14, 14] });
    expect(await prepareBatch(open(baked(false)), 3)).toMatchObject({ batch: 3, perRun: 1, shape: [3, 1, 14, 14] });
    expect(await prepareBatch(open(baked(false)), 1)).toMatchObject({ batch: 1, perRun: 1, shape: [1, 1, 14, 14] });
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
    const { values } = (await prepareBatch(model, 1)).normalized;
    expect(values.has("pool")).toBe(true);
    const { curve } = await maximize(model, channel({ layer: "pool", channel: 0 }), { steps: 1 }).result;
    expect(curve).toHaveLength(2);
  });

  it("that holds no activations is said to be none", async () => {
    const model = open(buildModel((op, x) => ({ best: op.argMax(x, 1), y: op.mul(x, 2) }), { shape: [1, 3] }));
    await expect(maximize(model, channel({ layer: "best", channel: 0 }), { steps: 0 }).result).rejects.toMatchObject({
      code: "unknown-layer",
      message: '"best" is a value of the model but no layer: it does not hold activations',
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
  const seen = async (contract: MaximizeOptions["contract"] & object) => {
    const watch = Object.fromEntries([0, 1, 2].map((c) => [c, channel({ layer: "same", channel: c })]));
    const start = array({ values: [0, 0.5, 0.25, 0.25, 1, 1] });
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

  it.each([
    [{ mean: [0, 0], std: [1] }, "The input contract gives 2 values for 3 channels"],
    [{ mean: [0], std: [1, 1, 1, 1] }, "The input contract gives 4 values for 3 channels"],
    [{ mean: [0], std: [1, 0, 1] }, "The input contract divides by [1,0,1], which must be above 0"],
  ])("that does not fit is refused: %j", async (contract, message) => {
    await expect(seen(contract)).rejects.toMatchObject({ code: "bad-argument", message });
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
      'Input "x" of shape [] is no picture: it needs a batch axis and at least one more',
    ],
    [
      "with a second input",
      buildModel((op, x) => ({ y: op.add(x, op.graph.input("z", x.type)) }), { shape: [1, 2] }),
      'Besides "x" the model needs "z", which xstar cannot give it yet',
    ],
  ])("%s are refused", async (_, bytes, message) => {
    await expect(maximize(open(bytes), logit({ class: 0 }), { steps: 0 }).result).rejects.toMatchObject({
      code: "unsupported-model",
      message,
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
