import { describe, expect, it } from "vitest";
import { maximize } from "../ascend/maximize.js";
import type { Spec } from "../define/fields.js";
import { normalized } from "../optimizers/table.js";
import { array } from "../parameterizations/starts.js";
import { buildModel, open, tinyCnn } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { numbers, type Shape } from "../tensor.js";
import { channel, crossEntropy, layerObjective, logit, neuron, probability } from "./activation.js";
import { add, mul, sub } from "./combine.js";
import { l1, l2, lp, totalVariation } from "./penalty.js";

const isPenalty = (type: string) => ["l1", "l2", "lp", "tv"].includes(type);

describe("every objective", () => {
  const model = open(tinyCnn());

  it.each(specs.objectives.map((spec) => [JSON.stringify(spec), spec] as const))(
    "rises when it is climbed: %s",
    async (_, spec) => {
      const target = isPenalty(spec.type) ? mul(-1, spec) : spec;
      const optimizer = normalized({ learningRate: 0.02 });
      const { curve } = await maximize(model, target, { steps: 3, seed: 5, optimizer, start: ["random", 0.4] }).result;
      const first = curve[0]!;
      const last = curve.at(-1)!;
      // a picture of one value has no variation to lose
      const flat = JSON.stringify(spec) === JSON.stringify(totalVariation({}));
      expect(last[0]).toBeGreaterThan(first[0]!);
      if (!flat) expect(last[1]).toBeGreaterThan(first[1]!);
    },
  );
});

/** What objectives say of one picture, on a model that gives back the picture as layer `same`. */
async function measure(picture: readonly number[], shape: Shape, ...objectives: Spec[]): Promise<number[]> {
  const model = open(
    buildModel(
      (op, x) => ({ same: op.identity(x), pooled: op.globalAveragePool(x), scores: op.flatten(op.mul(x, 1.5)) }),
      { shape },
    ),
  );
  const watch = Object.fromEntries(objectives.map((one, i) => [`o${i}`, one]));
  const start = array({ values: picture });
  const { last } = await maximize(model, channel({ layer: "pooled", channel: 0 }), { steps: 0, start, watch }).result;
  return objectives.map((_, i) => last.watch[`o${i}`]![0]!);
}

describe("penalties", () => {
  it("are what their formulas say", async () => {
    const grid = [0, 0, 0, 0, 2, 0, 0, 0, 1];
    expect(await measure(grid, [1, 1, 3, 3], totalVariation({}))).toEqual([10]);
    const [one, around, two, four, ten] = await measure(
      [-4, 4],
      [1, 1, 1, 2],
      l1({}),
      l1({ around: 1 }),
      l2({}),
      lp({ p: 4 }),
      lp({ p: 10 }),
    );
    expect(one).toBe(4);
    expect(around).toBe(4);
    for (const value of [two, four, ten]) expect(value).toBeCloseTo(4, 5);
    const [root, sixth] = await measure([0, 3, 4, 0], [1, 1, 2, 2], l2({}), lp({}));
    expect(root).toBeCloseTo(2.5, 5);
    expect(sixth).toBeCloseTo(((3 ** 6 + 4 ** 6) / 4) ** (1 / 6), 4);
    expect((await measure([2, 2], [1, 1, 1, 2], l2({ around: 2 })))[0]).toBeCloseTo(0, 5);
  });

  it("have a finite slope on a picture of zeros", async () => {
    const model = open(tinyCnn());
    for (const penalty of [l1({}), l2({}), lp({}), totalVariation({})]) {
      const target = sub(logit({ class: 0 }), penalty);
      const { ended } = await maximize(model, target, { steps: 2, start: "zeros" }).result;
      expect(ended).toBe("steps");
    }
  });
});

describe("activations", () => {
  // two channels of 2 x 3
  const picture = [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -60];
  const shape = [1, 2, 2, 3];

  it("are means over a channel, single neurons, or mean squares of a layer", async () => {
    const same = { layer: "same" };
    expect(
      await measure(
        picture,
        shape,
        channel({ ...same, channel: 0 }),
        channel({ ...same, channel: 1 }),
        neuron({ ...same, channel: 0, y: 1, x: 2 }),
        neuron({ ...same, channel: 1, y: 0, x: 0 }),
        neuron({ ...same, channel: 0 }),
        neuron({ layer: "pooled", channel: 0 }),
        neuron({ layer: "scores", channel: 11 }),
      ),
    ).toEqual([3.5, -12.5, 6, -1, 5, 3.5, -90]);
    const [squares] = await measure(picture, shape, layerObjective(same));
    expect(squares).toBeCloseTo(picture.reduce((sum, x) => sum + x * x, 0) / 12, 2);
  });

  it("of classes are the score, its softmax and the logarithm of that", async () => {
    const small = [0.1, 0.2, 0.4, -0.2];
    const [score, p, log] = await measure(
      small,
      [1, 1, 2, 2],
      logit({ class: 2 }),
      probability({ class: 2 }),
      crossEntropy({ class: 2 }),
    );
    const sum = small.reduce((total, x) => total + Math.exp(1.5 * x), 0);
    expect(score).toBeCloseTo(0.6, 5);
    expect(p).toBeCloseTo(Math.exp(0.6) / sum, 5);
    expect(log).toBeCloseTo(0.6 - Math.log(sum), 5);
  });

  it("add, subtract and multiply, with numbers too", async () => {
    const a = channel({ layer: "same", channel: 0 });
    const b = channel({ layer: "same", channel: 1 });
    const got = await measure(
      picture,
      shape,
      add(a, b, 1),
      sub(a, b),
      mul(a, b),
      mul(2, a),
      sub(1, a),
      add(a, mul(-0.5, sub(b, 2))),
    );
    expect(got).toEqual([-8, 16, -43.75, 7, -2.5, 10.75]);
  });
});

describe("targets that the model does not have", () => {
  const model = open(tinyCnn());
  const failure = async (objective: Spec) => {
    try {
      await maximize(model, objective, { steps: 0 }).result;
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each<readonly [string, Spec, string]>([
    [
      "a channel",
      channel({ layer: "conv", channel: 4 }),
      '4 is out of range: there are 4 channels of layer "conv", from 0 to 3',
    ],
    ["a class", logit({ class: 3 }), "3 is out of range: there are 3 classes of the model, from 0 to 2"],
    [
      "a row",
      neuron({ layer: "conv", channel: 0, y: 6, x: 0 }),
      '6 is out of range: there are 6 rows of layer "conv", from 0 to 5',
    ],
    [
      "a column",
      neuron({ layer: "conv", channel: 0, y: 0, x: 9 }),
      '9 is out of range: there are 6 columns of layer "conv", from 0 to 5',
    ],
    [
      "a feature",
      neuron({ layer: "scores", channel: 7 }),
      '7 is out of range: there are 3 channels of layer "scores", from 0 to 2',
    ],
  ])("%s out of range is named with the range", async (_, objective, message) => {
    expect(await failure(objective)).toMatchObject({ code: "bad-argument", message });
    expect(await failure(add(logit({ class: 0 }), mul(2, objective)))).toMatchObject({ code: "bad-argument", message });
  });

  it("an unknown layer gets the nearest names", async () => {
    expect(await failure(channel({ layer: "convv", channel: 0 }))).toMatchObject({
      code: "unknown-layer",
      message: 'The model has no layer "convv"',
      hint: expect.stringContaining('Did you mean "conv"'),
      details: { layer: "convv", nearest: expect.arrayContaining(["conv"]) },
    });
  });

  it("what is no objective is refused, deep inside others too", async () => {
    const wrong = { type: "add", left: logit({ class: 0 }), right: { type: "logits", class: 0 } };
    expect(await failure(wrong)).toMatchObject({
      code: "bad-argument",
      message: 'There is no objective of type "logits"',
      hint: expect.stringContaining('"logit"'),
    });
    expect(await failure({ type: "logit", class: 0.5 })).toMatchObject({
      code: "bad-argument",
      message: '"class" must be a whole number of at least 0: current value is 0.5',
    });
    expect(await failure("logit" as unknown as Spec)).toMatchObject({
      code: expect.stringMatching(/^bad-argument|unknown-layer$/),
    });
  });
});

describe("numbers", () => {
  it("alone are nothing to climb", async () => {
    await expect(maximize(open(tinyCnn()), mul(2, 3), { steps: 1 }).result).rejects.toMatchObject({
      code: "no-gradient",
      message: "The target does not depend on the picture, so there is nothing to climb",
    });
    expect(numbers({ dtype: "float32", shape: [1], data: Float32Array.of(1) })).toEqual([1]);
  });
});
