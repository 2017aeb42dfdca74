import { describe, expect, it } from "vitest";
import { channel, layer, logit, probability } from "../objectives/activation.js";
import { mul, sub } from "../objectives/combine.js";
import { tv } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { gradient, normalized } from "../optimizers/gradient.js";
import { fourier } from "../parameterizations/fourier.js";
import { pixel } from "../parameterizations/pixel.js";
import { array } from "../starts/starts.js";
import { buildModel, open, tinyCnn } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { jitter } from "../transforms/affine.js";
import { tensor } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { Target } from "./result.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });
const contract = { mean: [0], std: [1] };

async function warnings(objective: Target | Target[], options: MaximizeOptions = {}, from = model) {
  return (await maximize(from, objective, { steps: 8, ...options }).result).warnings;
}

describe("a healthy run", () => {
  it.each<readonly [string, MaximizeOptions]>([
    ["of free pixels without a contract", { optimizer: normalized({ learningRate: 0.5 }) }],
    ["of pixels in their range", { parameterization: pixel({ range: [0, 1] }), optimizer: adam({}), contract }],
    ["of no steps", { parameterization: pixel({ range: [0, 1] }), start: "zeros", steps: 0, contract }],
    ["of a Fourier picture", { parameterization: fourier({}), optimizer: adam({}), contract }],
  ])("has nothing to warn of: %s", async (_, options) => {
    expect(await warnings([target, channel({ layer: "conv", channel: 0 })], options)).toEqual([[], []]);
  });
});

describe("a warning", () => {
  it("says how much of a picture is at the ends of its range", async () => {
    const optimizer = normalized({ learningRate: 5 });
    const [own] = await warnings(target, { parameterization: pixel({ range: [-1, 3] }), optimizer });
    expect(own).toEqual([
      expect.stringMatching(/^The picture is saturated: \d+ % of its values are at the ends of their range, -1 and 3$/),
    ]);
    expect(Number(own![0]!.match(/(\d+) %/)![1])).toBeGreaterThanOrEqual(50);
    const squashed = pixel({ range: [0, 1], squash: "sigmoid" });
    expect(
      await warnings(target, { parameterization: squashed, optimizer: adam({ learningRate: 3 }), contract }),
    ).toEqual([[expect.stringContaining("The picture is saturated")]]);
  });

  it("names the layer before a sigmoid that is at its end", async () => {
    const sure = open(
      buildModel((op, x) => {
        const score = op.add(op.reduceMean(x, [2, 3]), op.scalar(200));
        const certain = op.sigmoid(op.reshape(score, [1, 1]));
        return { score, certain };
      }),
    );
    const [[own]] = (await warnings(layer({ layer: "certain" }), {}, sure)) as [[string]];
    expect(own).toContain("it stayed at 1 for all 8 steps");
    expect(own).toMatch(
      /; "[^"]+" is the layer before its Sigmoid, which may be at its end: aim there, or start elsewhere$/,
    );
  });

  it("says by which scores boxes are chosen, where none is kept", async () => {
    const strict = open(
      buildModel((op, x) => {
        const scores = op.softmax(op.reshape(x, [1, 36]), -1);
        const all = op.reshape(scores, [36]);
        const places = op.loose("NonZero", [op.greater(all, 0.9)], "int64");
        const numbered = op.loose("Reshape", [places, op.ints([-1])], "int64");
        return { scores, kept: op.loose("Gather", [op.mul(all, 2), numbered], "float32", { axis: 0 }) };
      }),
    );
    const [[own]] = (await warnings(channel({ layer: "kept", channel: 0 }), {}, strict)) as [[string]];
    expect(own).toMatch(
      /; nothing is kept there at this start: aim at "[^"]+", by which it is chosen, or start from a photograph$/,
    );
    const [, scores] = own.match(/aim at "([^"]+)"/)!;
    expect(await warnings(channel({ layer: scores!, channel: 0 }), {}, strict)).toEqual([[]]);
  });

  it("does not blame a picture for what its start left at an end", async () => {
    const corner = "neuron";
    const options = {
      parameterization: pixel({ range: [0, 1] }),
      start: "zeros",
      optimizer: normalized({ learningRate: 0.1 }),
    };
    expect(await warnings({ type: corner, layer: "conv", channel: 0, y: 0, x: 0 }, options)).toEqual([[]]);
  });

  it("says that a target never moved, with its value, and why where that is known", async () => {
    const still = { optimizer: gradient({ learningRate: 0 }), start: 0.5 };
    const [[own]] = (await warnings(target, { ...still, steps: 1 })) as [[string]];
    expect(own).toMatch(/^The target never moved: it stayed at -?[\d.]+ for all 1 step$/);
    const dead = open(buildModel((op, x) => ({ y: op.relu(op.mul(op.mul(x, x), -1)) }), { shape: [1, 1, 2, 2] }));
    const unit = channel({ layer: "y", channel: 0 });
    expect(await warnings(unit, { start: 0, redirectSteps: 3 }, dead)).toEqual([
      [
        "The target never moved: it stayed at 0 for all 8 steps: no gradient reached the picture, also after 3 steps with redirected gradients",
      ],
    ]);
  });

  it("says that a target ended lower than it began", async () => {
    const bowl = open(buildModel((op, x) => ({ y: op.mul(op.mul(x, x), -1) }), { shape: [1, 1, 2, 2] }));
    const unit = channel({ layer: "y", channel: 0 });
    const options = { start: 1, steps: 9, optimizer: gradient({ learningRate: 4.4 }) };
    expect(await warnings(unit, options, bowl)).toEqual([
      [
        expect.stringMatching(
          /^The target ended lower \(-[\d.]+\) than it began \(-1\): a smaller learning rate may rise$/,
        ),
      ],
    ]);
    expect(await warnings(unit, { ...options, keep: "best" }, bowl)).toEqual([[]]);
    const roof = open(buildModel((op, x) => ({ y: op.mul(op.abs(x), -1) }), { shape: [1, 1, 2, 2] }));
    const bouncing = { start: 1, steps: 9, optimizer: gradient({ learningRate: 12 }) };
    expect(await warnings(unit, bouncing, roof)).toEqual([
      [expect.stringContaining("ended lower (-2) than it began (-1)")],
    ]);
    // of random views, one changed as much as the target did
    expect(await warnings(unit, { ...bouncing, transforms: [jitter({ pixels: 1 })] }, roof)).toEqual([
      [
        "The target ended lower (-6) than it began (-1): its random views alone may change it by that much, so more steps or smaller transforms may rise",
      ],
    ]);
    expect(await warnings(unit, { ...options, optimizer: gradient({ learningRate: 1 }) }, bowl)).toEqual([[]]);
    // of a saturated picture it is the steps that change so much
    const leaning = open(buildModel((op, x) => ({ y: op.mul(op.abs(op.sub(x, 0.1)), -1) }), { shape: [1, 1, 2, 2] }));
    const parameterization = pixel({ range: [-1, 1] });
    const tooFast = { ...bouncing, start: 0.9, parameterization, transforms: [jitter({ pixels: 1 })] };
    expect(await warnings(unit, tooFast, leaning)).toEqual([
      [
        expect.stringContaining("ended lower (-1) than it began (-0.8): 100 % of"),
        expect.stringContaining("The picture is saturated"),
      ],
    ]);
  });

  it("says what most probably made a target fall", async () => {
    const shape = [1, 1, 2, 2];
    const unit = channel({ layer: "y", channel: 0 });
    const bowl = open(buildModel((op, x) => ({ y: op.mul(op.mul(x, x), -1) }), { shape }));
    const wild = { steps: 5, optimizer: gradient({ learningRate: 16 }) };
    const [bounded] = await warnings(unit, { ...wild, start: 0.25, parameterization: pixel({ range: [-1, 1] }) }, bowl);
    expect(bounded![0]).toMatch(
      /^The target ended lower \(-1\) than it began \(-0.0625\): 100 % of the picture's values are at the ends of their range/,
    );
    const [given] = await warnings(unit, { ...wild, start: array({ values: [1, 1, 1, 1] }) }, bowl);
    expect(given![0]).toMatch(/: it began at a given picture and never rose above it: .* or another start$/);
    const cliff = open(buildModel((op, x) => ({ y: op.sub(x, op.mul(op.relu(op.sub(x, 1)), 10)) }), { shape }));
    const over = { steps: 4, start: 0.2, optimizer: gradient({ learningRate: 2 }) };
    const [fallen] = await warnings(unit, over, cliff);
    expect(fallen![0]).toMatch(
      /: it had risen to 0.7 by step 1, so a smaller learning rate may rise, and keep "best" holds/,
    );
  });

  it("speaks of no picture and of no contract where the input is none", async () => {
    const signal = open(buildModel((op, x) => ({ y: op.mul(x, 2) }), { shape: [1, 3, 4] }));
    const unit = channel({ layer: "y", channel: 0 });
    const far = { start: 5, optimizer: gradient({ learningRate: 1 }), contract };
    expect(await warnings(unit, far, signal)).toEqual([[]]);
    const [own] = await warnings(unit, { ...far, parameterization: pixel({ range: [-1, 1] }) }, signal);
    expect(own!.every((sentence) => !sentence.includes("picture is saturated") && !sentence.includes("contract"))).toBe(
      true,
    );
    expect(own!.join()).toContain("The input is saturated");
  });

  it.each([20, 13, 9])("names layers in training mode, which opset %d tells in its way", async (opset) => {
    const bytes = (mode: 0 | 1) =>
      buildModel(
        (op, x) => {
          const four = [1, 0.5, 0.2, 2].map((value) => op.constant(tensor("float32", [value, value]), "statistic"));
          const statistics = Array.from(
            { length: opset < 14 ? 4 : 2 },
            () => ({ dtype: "float32", shape: [2] }) as const,
          );
          const types = mode ? [x.type!, ...statistics] : [x.type!];
          const attributes = opset < 14 ? {} : { training_mode: mode };
          return { y: op.tanh(op.emit("BatchNormalization", [x, ...four], types, attributes)[0]!) };
        },
        { shape: [1, 2, 3, 3], opset },
      );
    const objective = layer({ layer: "y" });
    expect(await warnings(objective, {}, open(bytes(0)))).toEqual([[]]);
    const own =
      "has 1 BatchNormalization layer in training mode, so that what it makes of a picture depends on that picture's own statistics and those beside it: export it for inference";
    expect(await warnings(objective, {}, open(bytes(1)))).toEqual([[`The model ${own}`]]);
    const models = { other: { model: open(bytes(1)) } };
    expect(await warnings(objective, { models }, open(bytes(0)))).toEqual([[`The model "other" ${own}`]]);
  });

  it("says how much of a picture is outside the input contract, and how far", async () => {
    const options = { optimizer: normalized({ learningRate: 1 }), start: 0.5 };
    const [[own]] = (await warnings(target, { ...options, contract })) as [[string]];
    expect(own).toMatch(
      /^\d+ % of the picture's values are outside the model's input contract, 0 to 1: they go from -[\d.]+ to [\d.]+$/,
    );
    expect(await warnings(target, options)).toEqual([[]]);
  });

  it("offers the logit of a probability, also inside other objectives", async () => {
    for (const objective of [probability({ class: 2 }), sub(probability({ class: 2 }), mul(0.1, tv({})))])
      expect(await warnings(objective)).toEqual([[expect.stringContaining('"logit:2"')]]);
    expect(await warnings(channel({ layer: "probabilities", channel: 1 }))).toEqual([
      [expect.stringContaining('"logit:1"')],
    ]);
  });

  it("names the step where a run broke", async () => {
    const steep = open(buildModel((op, x) => ({ y: op.mul(op.mul(x, x), x) }), { shape: [1, 1, 2, 2] }));
    const options = { steps: 40, start: 3, optimizer: gradient({ learningRate: 10 }) };
    const {
      ended,
      last,
      warnings: [own],
    } = await maximize(steep, channel({ layer: "y", channel: 0 }), options).result;
    expect(ended).toBe("diverged");
    expect(own).toEqual([
      `The picture broke at step ${last.index + 1}, where it, its target or the gradient was no finite number: what is kept is from before`,
    ]);
  });

  it("is about the picture of a batch that it is for", async () => {
    const options = {
      parameterization: pixel({ range: [0, 1] }),
      optimizer: normalized({ learningRate: 0.05 }),
      steps: 2,
    };
    const found = await warnings([target, probability({ class: 0 })], options);
    expect(found[0]).toEqual([]);
    expect(found[1]).toHaveLength(1);
  });

  it("is one sentence, whatever the parameterization", async () => {
    for (const parameterization of specs.parameterizations.filter(
      ({ type }) => type === "pixel" || type === "fourier",
    )) {
      const all = await warnings(probability({ class: 0 }), { parameterization, steps: 2 });
      for (const sentence of all.flat()) expect(sentence).toMatch(/^[A-Z0-9][^\n]*[^.\s]$/);
    }
  });
});
