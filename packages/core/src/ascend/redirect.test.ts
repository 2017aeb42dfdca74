import { describe, expect, it } from "vitest";
import { channel, logit } from "../objectives/activation.js";
import { mul, sub } from "../objectives/combine.js";
import { tv } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { gradient } from "../optimizers/gradient.js";
import type { Runtime } from "../runtime/runtime.js";
import { crops } from "../transforms/affine.js";
import { buildModel, open, runtime, tinyCnn } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import { vocabularyOf } from "../define/vocabulary.js";
import { constant } from "../optimizers/schedules.js";
import { pixel } from "../parameterizations/pixel.js";
import { constant as startsAt } from "../starts/starts.js";
import { ascend } from "./maximize.js";
import type { MaximizeOptions } from "./options.js";

/** Its first unit sleeps where a picture is below 1, its second where it is above -1. */
const model = open(
  buildModel(
    (op, x) => {
      const weights = op.constant(tensor("float32", [1, -1], [2, 1, 1, 1]));
      const conv = op.conv(x, weights, {}, op.constant(tensor("float32", [-1, -1])));
      return { conv, relu: op.relu(conv) };
    },
    { shape: [1, 1, 3, 3], freeBatch: "N" },
  ),
);
const unit = (at: number) => channel({ layer: "relu", channel: at });
const options: MaximizeOptions = { start: 0, steps: 12, optimizer: gradient({ learningRate: 3 }) };

describe("a target that no gradient reaches", () => {
  it("wakes up by redirected gradients, and goes on with true ones", async () => {
    const { curve, redirected, last, warnings } = await maximize(model, unit(0), options).result;
    // each step moves a pixel by 3 / 9: it wakes up at 1
    expect(redirected).toEqual([4]);
    expect(curve.slice(0, 4).map(([x]) => x)).toEqual([0, 0, 0, 0]);
    expect(curve.at(-1)![0]).toBeCloseTo(12 / 3 - 1, 4);
    expect(numbers(last.picture)[0]).toBeCloseTo(4, 4);
    expect(warnings).toEqual([[]]);
  });

  it("wakes up in a vocabulary that names no override, too", async () => {
    const vocabulary = vocabularyOf([channel, pixel, gradient, constant, startsAt]);
    const run = ascend(model, unit(0), { ...options, vocabulary, recipe: "none" });
    expect((await run).redirected).toEqual([4]);
  });

  it("wakes up at the end of a Sigmoid, from which it can come back", async () => {
    const scored = open(
      buildModel((op, x) => ({ y: op.sigmoid(op.sub(op.mul(x, 60), 120)) }), { shape: [1, 1, 2, 2] }),
    );
    const target = channel({ layer: "y", channel: 0 });
    const few = { steps: 12, optimizer: adam({ learningRate: 0.25 }) };
    const { curve, redirected, warnings } = await maximize(scored, target, { ...few, start: 0 }).result;
    expect(curve[0]![0]).toBe(0);
    expect(redirected[0]).toBeGreaterThan(0);
    expect(curve.at(-1)![0]).toBeGreaterThan(0.9);
    expect(warnings).toEqual([[]]);
    const full = await maximize(scored, target, { ...few, start: 5 }).result;
    expect(numbers(full.last.picture)).toEqual([5, 5, 5, 5]);
    expect(full.warnings[0]![0]).toMatch(/stayed at 1 for .*; ".*" is the layer before its Sigmoid, .*: aim there, or/);
  });

  it("sleeps on without, and says so", async () => {
    const { last, redirected, warnings } = await maximize(model, unit(0), { ...options, redirectSteps: 0 }).result;
    expect(numbers(last.picture)).toEqual(Array(9).fill(0));
    expect(redirected).toEqual([0]);
    expect(warnings).toEqual([
      ["The target never moved: it stayed at 0 for all 12 steps: no gradient reached the picture"],
    ]);
  });

  it("is said to need more steps where its redirected ones were not at their end, by its views where it has some", async () => {
    const told = async (more: MaximizeOptions) =>
      (await maximize(model, unit(0), { ...options, ...more }).result).warnings;
    const cut = "also after 1 step with redirected gradients, which go on until step 16: more steps may wake it";
    const why = `it stayed at 0 for all 1 step: no gradient reached the picture, ${cut}`;
    expect(await told({ steps: 1 })).toEqual([[`The target never moved: ${why}`]]);
    expect(await told({ steps: 1, transforms: [crops({ count: 2 })] })).toEqual([
      [`The target never moved: in its transformed views ${why}`],
    ]);
    expect(await told({ steps: 1, redirectSteps: 1 })).toEqual([[expect.stringMatching(/with redirected gradients$/)]]);
  });

  it("has as many redirected steps as are allowed", async () => {
    const { last, redirected } = await maximize(model, unit(0), { ...options, redirectSteps: 2 }).result;
    expect(redirected).toEqual([2]);
    expect(numbers(last.picture)[0]).toBeCloseTo(2 / 3, 5);
  });

  it("wakes up whatever penalties say, of which it alone is not seen", async () => {
    const penalized = sub(unit(0), mul(0.001, tv({})));
    const start = { type: "uniform", low: 0, high: 0.5 };
    const run = maximize(model, penalized, { ...options, start });
    for await (const { index, gradientNorm, networkGradientNorm } of run) {
      expect(gradientNorm[0]).toBeGreaterThan(0);
      if (index === 0) expect(networkGradientNorm[0]).toBe(0);
    }
    const { redirected, curve, warnings } = await run.result;
    expect(redirected[0]).toBeGreaterThan(0);
    expect(redirected[0]).toBeLessThan(6);
    expect(curve.at(-1)![0]).toBeGreaterThan(1);
    expect(warnings).toEqual([[]]);
  });

  it("says when penalties alone have moved the picture", async () => {
    const dead = open(buildModel((op, x) => ({ y: op.clip(x, 5, 6) }), { shape: [1, 1, 3, 3] }));
    const penalized = sub(channel({ layer: "y", channel: 0 }), mul(0.1, tv({})));
    const { redirected, warnings } = await maximize(dead, penalized, { steps: 8, redirectSteps: 3 }).result;
    expect(redirected).toEqual([3]);
    expect(warnings).toEqual([
      [
        "No gradient reached the picture through the network, also after 3 steps with redirected gradients: only what does not read the network moved it",
      ],
    ]);
  });

  it("sleeps when no view of it is reached, picture by picture", async () => {
    const views: MaximizeOptions = { ...options, start: [0, 2, 0], transforms: [crops({ count: 2 })] };
    const seen: number[][] = [];
    const run = maximize(model, [unit(0), unit(0), unit(1)], views);
    for await (const { networkGradientNorm } of run) seen.push([...networkGradientNorm]);
    expect(seen[0]![0]).toBe(0);
    expect(seen[0]![1]).toBeGreaterThan(0);
    const { redirected, curve } = await run.result;
    expect(redirected[0]).toBeGreaterThan(0);
    expect(redirected[1]).toBe(0);
    expect(curve.at(-1)![0]).toBeGreaterThan(0);
  });

  it("leaves the others of its batch alone, and they it", async () => {
    for (const optimizer of [gradient({ learningRate: 3 }), adam({ learningRate: 0.3 })]) {
      const mixed = { ...options, optimizer, start: [0, 2, 0] };
      const batch = await maximize(model, [unit(0), unit(0), unit(1)], mixed).result;
      const alone = [unit(0), unit(0), unit(1)].map(
        (one, i) => maximize(model, one, { ...mixed, start: mixed.start[i]! }).result,
      );
      for (const [i, one] of (await Promise.all(alone)).entries()) {
        const own = numbers(batch.picture).slice(9 * i, 9 * i + 9);
        numbers(one.picture).forEach((x, at) => expect(own[at]).toBeCloseTo(x, 5));
        expect(batch.redirected[i]).toBe(one.redirected[0]);
      }
      expect(batch.redirected[1]).toBe(0);
      expect(batch.redirected[2]).toBeGreaterThan(2);
    }
  });

  it("does not happen to a target that is awake", async () => {
    const awake = open(tinyCnn());
    const { redirected, picture } = await maximize(awake, logit({ class: 1 }), { steps: 4 }).result;
    expect(redirected).toEqual([0]);
    expect((await maximize(awake, logit({ class: 1 }), { steps: 4, redirectSteps: 0 }).result).picture).toEqual(
      picture,
    );
  });

  it("needs a second session only for these steps", async () => {
    let opened = 0;
    const counting: Runtime = {
      ...runtime,
      async open(...given) {
        const session = await runtime.open(...given);
        opened++;
        const release = async () => {
          opened--;
          await session.release();
        };
        return { ...session, release };
      },
    };
    const counted = { ...model, runtime: counting };
    const seen: number[] = [];
    for await (const step of maximize(counted, unit(0), { ...options, redirectSteps: 6 })) seen[step.index] = opened;
    // asleep for 4 steps, then allowed for 2 more
    expect(seen).toEqual([2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1]);
    expect(opened).toBe(0);
  });
});
