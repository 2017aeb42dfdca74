import { describe, expect, it } from "vitest";
import { channel } from "../objectives/activation.js";
import { gradient } from "../optimizers/gradient.js";
import { buildModel, open } from "../testing/models.js";
import { numbers } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { AscentResult } from "./result.js";

/** The values of one picture of a batch at the end. */
function pictureOf({ last }: AscentResult, i: number): number[] {
  const all = numbers(last.picture);
  const size = all.length / last.picture.shape[0]!;
  return all.slice(i * size, (i + 1) * size);
}

describe("a run that diverges", () => {
  it("ends with the last finite step", async () => {
    const steep = open(buildModel((op, x) => ({ y: op.mul(op.mul(x, x), x) }), { shape: [1, 1, 2, 2] }));
    const optimizer = gradient({ learningRate: 10 });
    const run = maximize(steep, channel({ layer: "y", channel: 0 }), { steps: 100, start: 3, optimizer });
    const result = await run.result;
    expect(result.ended).toBe("diverged");
    expect(result.last.index).toBeGreaterThan(0);
    expect(result.last.index).toBeLessThan(100);
    expect(numbers(result.last.picture).every(Number.isFinite)).toBe(true);
    expect(result.curve).toHaveLength(result.last.index + 1);
    expect(result.curve.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(result.divergedAt).toEqual([result.last.index + 1]);
    for (const held of Object.values(result.last.checkpoint().state))
      expect(numbers(held).every(Number.isFinite)).toBe(true);
  });

  /** Its first layer runs away, its second does not. */
  const both = open(
    buildModel((op, x) => ({ cube: op.mul(op.mul(x, x), x), tame: op.mul(x, 2) }), { shape: [1, 1, 2, 2] }),
  );
  const cube = channel({ layer: "cube", channel: 0 });
  const tame = channel({ layer: "tame", channel: 0 });

  it("in one picture leaves the others of its batch alone, and stands still itself", async () => {
    const options: MaximizeOptions = { steps: 20, start: 3, optimizer: gradient({ learningRate: 10 }) };
    const batch = await maximize(both, [cube, tame, cube], { ...options, start: [3, 3, 0.1], watch: { tame } }).result;
    const alone = await maximize(both, cube, options).result;
    const calm = await maximize(both, tame, options).result;
    expect(batch.ended).toBe("steps");
    expect(batch.divergedAt).toEqual([alone.divergedAt[0], null, expect.any(Number)]);
    expect(batch.divergedAt[2]).toBeGreaterThan(batch.divergedAt[0]!);
    expect(pictureOf(batch, 0)).toEqual(pictureOf(alone, 0));
    expect(pictureOf(batch, 1)).toEqual(pictureOf(calm, 0));
    expect(batch.steps).toEqual([alone.last.index, 20, batch.divergedAt[2]! - 1]);
    expect(batch.warnings.map((own) => own.length)).toEqual([1, 0, 1]);
    expect(batch.warnings[0]).toEqual(alone.warnings[0]);
    batch.curve.forEach((values, i) => expect(values[0]).toBe(alone.curve[Math.min(i, alone.last.index)]![0]));
    const watched = batch.watch["tame"]!;
    watched.forEach((values, i) => expect(values[0]).toBe(watched[Math.min(i, alone.last.index)]![0]));
    const influenced = await maximize(both, [cube, tame], { ...options, attribution: true }).result;
    expect(numbers(influenced.attribution!).every(Number.isFinite)).toBe(true);
  });

  it("in all its pictures, at different steps, ends when the last one breaks", async () => {
    const options: MaximizeOptions = { steps: 50, start: [3, 0.1], optimizer: gradient({ learningRate: 10 }) };
    const { ended, divergedAt, last, steps } = await maximize(both, cube, options).result;
    expect(ended).toBe("diverged");
    expect(divergedAt[1]).toBeGreaterThan(divergedAt[0]!);
    expect(last.index).toBe(divergedAt[1]! - 1);
    expect(steps).toEqual(divergedAt.map((at) => at! - 1));
  });

  it("on the start of one picture names that one", async () => {
    const root = open(buildModel((op, x) => ({ y: op.log(x) }), { shape: [1, 1, 2, 2] }));
    const run = maximize(root, channel({ layer: "y", channel: 0 }), { start: [-1, 1], steps: 3 });
    const { ended, divergedAt, last, warnings } = await run.result;
    expect([ended, divergedAt]).toEqual(["steps", [0, null]]);
    expect(pictureOf({ last } as AscentResult, 0)).toEqual([-1, -1, -1, -1]);
    expect(warnings).toEqual([["The target is not a finite number on the start picture, which is what is kept"], []]);
  });

  it("only after its last step has not broken", async () => {
    const options: MaximizeOptions = { start: 3, optimizer: gradient({ learningRate: 10 }) };
    const whole = await maximize(both, cube, { ...options, steps: 50 }).result;
    const { ended, divergedAt, warnings } = await maximize(both, cube, { ...options, steps: whole.last.index }).result;
    expect([ended, divergedAt, warnings]).toEqual(["steps", [null], [[]]]);
  });

  it("at once, on the start picture, is an error", async () => {
    const root = open(buildModel((op, x) => ({ y: op.log(x) }), { shape: [1, 1, 2, 2] }));
    await expect(maximize(root, channel({ layer: "y", channel: 0 }), { start: -1 }).result).rejects.toMatchObject({
      code: "diverged",
      message: "The target is not a finite number on the start picture",
    });
  });
});
