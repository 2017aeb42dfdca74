import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { Step } from "./result.js";
import { channel, logit } from "../objectives/activation.js";
import { gradient, normalized } from "../optimizers/gradient.js";
import { buildModel, open, tinyCnn } from "../testing/models.js";
import { numbers } from "../tensor.js";
import { noise } from "../transforms/pixelwise.js";

const model = open(tinyCnn());

const target = logit({ class: 1 });

/** The mean of -(x - 1)^2 over a picture, by gradient steps of its own making. */
const hill = open(
  buildModel((op, x) => ({ y: op.neg(op.mul(op.sub(x, 1), op.sub(x, 1))) }), { shape: [1, 1, 2, 2], freeBatch: "N" }),
);

const height = channel({ layer: "y", channel: 0 });

describe("what is kept", () => {
  // moves by 0.5 a step: from 0.2 to 0.7, 1.2 and back, from -1 over 1 in five steps
  const options: MaximizeOptions = { start: [0.2, -1], optimizer: normalized({ learningRate: 0.5 }), steps: 7 };

  it("is the last picture, or of each the one with the largest objective", async () => {
    const last = await maximize(hill, height, options).result;
    expect(last.steps).toEqual([7, 7]);
    expect(last.picture).toEqual(last.last.picture);
    const best = await maximize(hill, height, { ...options, keep: "best" }).result;
    expect(best.curve).toEqual(last.curve);
    for (const k of [0, 1]) {
      const objectives = best.curve.map((values) => values[k]!);
      expect(best.steps[k]).toBe(objectives.indexOf(Math.max(...objectives)));
      const picture = numbers(best.picture).slice(4 * k, 4 * k + 4);
      const own = picture.reduce((sum, x) => sum - (x - 1) ** 2, 0) / 4;
      expect(own).toBeCloseTo(Math.max(...objectives), 5);
    }
    expect(best.steps).toEqual([2, 4]);
  });

  it("is judged by a running mean where transforms draw luck into the objective", async () => {
    const lucky: MaximizeOptions = { transforms: [noise({ deviation: 1 })], steps: 40, keep: "best", seed: 3 };
    const { curve, steps } = await maximize(model, target, { ...lucky, optimizer: gradient({ learningRate: 0.01 }) })
      .result;
    const values = curve.map(([x]) => x!);
    let mean = values[0]!;
    const means = values.map((x, i) => (mean += (x - mean) / Math.min(i + 1, 16)));
    expect(steps).toEqual([means.indexOf(Math.max(...means))]);
    expect(steps).not.toEqual([values.indexOf(Math.max(...values))]);
  });

  it("is what it was however the pictures change afterwards", async () => {
    const seen: number[][] = [];
    for await (const { picture } of maximize(hill, height, { ...options, keep: "best" })) seen.push(numbers(picture));
    const { picture, steps } = await maximize(hill, height, { ...options, keep: "best" }).result;
    expect(numbers(picture)).toEqual([...seen[steps[0]!]!.slice(0, 4), ...seen[steps[1]!]!.slice(4)]);
  });
});

describe("a plateau", () => {
  it("ends a run when no picture has risen above its best for so many steps", async () => {
    const options: MaximizeOptions = { optimizer: normalized({ learningRate: 0.5 }), steps: 50, patience: 3 };
    const quick = await maximize(hill, height, { ...options, start: 0.2 }).result;
    expect([quick.ended, quick.last.index]).toEqual(["plateau", 5]);
    const both = await maximize(hill, height, { ...options, start: [0.2, -1] }).result;
    expect([both.ended, both.last.index]).toEqual(["plateau", 7]);
    const none = await maximize(hill, height, { ...options, start: 0.2, steps: 4 }).result;
    expect([none.ended, none.last.index]).toEqual(["steps", 4]);
  });
});

describe("a run that is stopped", () => {
  it("by its signal keeps what is done", async () => {
    const controller = new AbortController();
    const run = maximize(model, target, { steps: 1000, signal: controller.signal });
    const seen: Step[] = [];
    for await (const step of run) {
      seen.push(step);
      if (step.index === 3) controller.abort();
    }
    const { ended, last, curve } = await run.result;
    expect(ended).toBe("aborted");
    expect(seen).toHaveLength(4);
    expect(last).toBe(seen[3]);
    expect(curve).toHaveLength(4);
  });

  it("by its signal before it begins still measures the start", async () => {
    const { ended, curve } = await maximize(model, target, { signal: AbortSignal.abort() }).result;
    expect([ended, curve.length]).toEqual(["aborted", 1]);
  });

  it("by its signal while only the result is waited for ends too", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const { ended, curve } = await maximize(model, target, { steps: 1e9, signal: controller.signal }).result;
    expect(ended).toBe("aborted");
    expect(curve.length).toBeGreaterThan(0);
  });

  it("by a break settles its result", async () => {
    const run = maximize(model, target, { steps: 1000 });
    for await (const step of run) if (step.index === 2) break;
    const { ended, last } = await run.result;
    expect([ended, last.index]).toEqual(["aborted", 2]);
  });

  it("by an error of the one who iterates settles its result", async () => {
    const run = maximize(model, target, { steps: 1000 });
    const iterate = async () => {
      for await (const step of run) if (step.index === 1) throw new Error("mine");
    };
    await expect(iterate()).rejects.toThrow("mine");
    expect((await run.result).last.index).toBe(1);
  });
});
