import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import { channel } from "../objectives/activation.js";
import { buildModel, open } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { numbers } from "../tensor.js";
import { gradient, momentum } from "./gradient.js";
import { constant, cooldown, cosine, exponential, linear, staircase, warmup } from "./schedules.js";
import { schedules } from "./table.js";

/** Climbing this with a plain gradient of rate r moves the one pixel by r. */
const ramp = open(buildModel((op, x) => ({ height: op.mul(x, 1) }), { shape: [1, 1, 1, 1] }));
const target = channel({ layer: "height", channel: 0 });

/** What the learning rate is multiplied with in each step of a run. */
async function factors(schedule: Spec | undefined, steps: number): Promise<number[]> {
  const places: number[] = [];
  const optimizer = gradient({ learningRate: 1 });
  const options = { steps, optimizer, start: "zeros", ...(schedule && { schedule }) };
  for await (const { picture } of maximize(ramp, target, options)) places.push(numbers(picture)[0]!);
  return places.slice(1).map((x, i) => x - places[i]!);
}

const exact: readonly (readonly [Spec, readonly number[]])[] = [
  [constant({}), [1, 1, 1]],
  [linear({}), [1, 0.75, 0.5, 0.25, 0]],
  [linear({ end: 2 }), [1, 1.5, 2]],
  [cooldown({ share: 0.8 }), [1, 1, 0.75, 0.5, 0.25]],
  [cooldown({}), [1, 1, 1, 1, 1]],
  [cosine({}), [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 0]],
  [cosine({ end: 0.2 }), [1, 0.6, 0.2]],
  [exponential({ end: 0.0001 }), [1, 0.1, 0.01, 0.001, 0.0001]],
  [staircase({ every: 2 }), [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001]],
  [staircase({ every: 3, factor: 0.5 }), [1, 1, 1, 0.5, 0.5, 0.5, 0.25]],
  [staircase({}), [...Array<number>(40).fill(1), ...Array<number>(40).fill(0.1), 0.01]],
  [warmup({ steps: 4 }), [0.25, 0.5, 0.75, 1, 1, 1]],
  [warmup({ steps: 2, start: 0.5 }), [0.75, 1, 1]],
];

describe("a schedule", () => {
  it.each(exact.map(([spec, wanted]) => [JSON.stringify(spec), spec, wanted] as const))(
    "gives the factors that it says: %s",
    async (_, spec, wanted) => {
      const found = await factors(spec, wanted.length);
      expect(found).toHaveLength(wanted.length);
      found.forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 5));
    },
  );

  it("of every type is among these", () => {
    expect(new Set(exact.map(([{ type }]) => type))).toEqual(new Set(Object.keys(schedules)));
  });

  it.each(specs.schedules.map((spec) => [JSON.stringify(spec), spec] as const))(
    "is finite in a run of any length: %s",
    async (_, spec) => {
      for (const steps of [0, 1, 2]) expect((await factors(spec, steps)).every(Number.isFinite)).toBe(true);
    },
  );

  it("multiplies the learning rate alone: momentum is kept", async () => {
    const options = { steps: 3, start: "zeros", optimizer: momentum({ learningRate: 1, momentum: 0.5 }) };
    const { last } = await maximize(ramp, target, { ...options, schedule: linear({}) }).result;
    expect(numbers(last.picture)[0]).toBeCloseTo(1 * 1 + 0.5 * 1.5, 5);
  });

  it("that there is not is named", async () => {
    await expect(maximize(ramp, target, { schedule: { type: "linea" } }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no schedule of type "linea"',
    });
  });
});
