import { describe, expect, it } from "vitest";
import { standard } from "../standard.js";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { Spec } from "../define/spec.js";
import { adam } from "../optimizers/adaptive.js";
import { normalized } from "../optimizers/gradient.js";
import { alpha } from "../parameterizations/alpha.js";
import { open, randomTensor, tinyCnn, tinyTransformer } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { channel, logit, neuron } from "./activation.js";
import { add, mul, neg } from "./combine.js";

const isPenalty = ({ type }: Spec) => standard.objective[type]!.isPenalty ?? false;

describe("every objective", () => {
  const model = open(tinyCnn());
  const options: MaximizeOptions = {
    labels: ["duck", "flamingo", "crane"],
    images: { photo: randomTensor([1, 6, 6], 3) },
    models: { vit: { model: open(tinyTransformer()) } },
    steps: 3,
    seed: 5,
    optimizer: normalized({ learningRate: 0.02 }),
    start: ["random", 0.4],
  };

  it.each(specs.objectives.map((spec) => [JSON.stringify(spec), spec] as const))(
    "rises when it is maximized: %s",
    async (_, spec) => {
      const target = isPenalty(spec) ? neg(spec) : spec;
      const own = spec.type === "opacity" ? { ...options, parameterization: alpha({}) } : options;
      const { curve } = await maximize(model, target, own).result;
      const first = curve[0]!;
      const last = curve.at(-1)!;
      // a picture of one value has no variation to lose, and its tokens are all alike
      const flat = spec.type === "tv" || spec.type === "highFrequency" || spec["layer"] === "attention";
      expect(last[0]).toBeGreaterThan(first[0]!);
      if (!flat) expect(last[1]).toBeGreaterThan(first[1]!);
    },
  );
});

describe("every objective that is no penalty", () => {
  const climbs = specs.objectives.filter((spec) => !isPenalty(spec));
  it.each(climbs.map((spec) => [JSON.stringify(spec), spec] as const))(
    "rises within 3 steps of Adam 0.1, as Lucid tests its own: %s",
    async (_, spec) => {
      const { curve } = await maximize(open(tinyCnn()), spec, {
        labels: ["duck", "flamingo", "crane"],
        images: { photo: randomTensor([1, 6, 6], 3) },
        models: { vit: { model: open(tinyTransformer()) } },
        steps: 3,
        optimizer: adam({ learningRate: 0.1 }),
        start: ["random", "random"],
      }).result;
      const [first, ...rest] = curve.map(([value]) => value!);
      expect(Math.max(...rest)).toBeGreaterThan(first!);
    },
  );
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
      code: "bad-argument",
    });
  });
});

describe("numbers", () => {
  it("alone are nothing to maximize", async () => {
    await expect(maximize(open(tinyCnn()), mul(2, 3), { steps: 1 }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The target {"type":"mul","left":2,"right":3} is a number, which nothing can raise',
    });
  });
});
