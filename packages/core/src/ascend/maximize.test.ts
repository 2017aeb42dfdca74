import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { AscentResult, Step } from "./result.js";
import type { Spec } from "../define/spec.js";
import { channel, crossEntropy, layer, logit, neuron } from "../objectives/activation.js";
import { add, mul } from "../objectives/combine.js";
import { adam } from "../optimizers/adaptive.js";
import { gradient, normalized } from "../optimizers/gradient.js";
import { shared } from "../parameterizations/shared.js";
import { array, normal, uniform } from "../starts/starts.js";
import { createRng } from "../rng.js";
import { buildModel, open, tinyCnn } from "../testing/models.js";
import { numbers, type Tensor } from "../tensor.js";
import { jitter } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";

const model = open(tinyCnn());

const target = logit({ class: 1 });

const optimizer = normalized({ learningRate: 0.1 });

/** The values of one picture of a batch at the end. */
function pictureOf({ last }: AscentResult, i: number): number[] {
  const all = numbers(last.picture);
  const size = all.length / last.picture.shape[0]!;
  return all.slice(i * size, (i + 1) * size);
}

function expectClose(found: readonly number[], wanted: readonly number[]) {
  expect(found).toHaveLength(wanted.length);
  found.forEach((x, i) => expect(Math.abs(x - wanted[i]!)).toBeLessThan(1e-5));
}

describe("a run", () => {
  it("gives every step from the start on, and the same in its result", async () => {
    const run = maximize(model, target, { steps: 5, optimizer, watch: { other: logit({ class: 2 }) } });
    const steps: Step[] = [];
    for await (const step of run) steps.push(step);
    const result = await run.result;
    expect(steps.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(result.curve).toEqual(steps.map(({ objective }) => objective));
    expect(result.watch["other"]).toEqual(steps.map(({ watch }) => watch["other"]));
    expect(result.last).toBe(steps.at(-1));
    expect(result.ended).toBe("steps");
    expect(result.curve.every((values, i) => i === 0 || values[0]! > result.curve[i - 1]![0]!)).toBe(true);
  });

  it("is driven by its result alone too", async () => {
    const { curve, ended } = await maximize(model, target, { steps: 3 }).result;
    expect([curve.length, ended]).toEqual([4, "steps"]);
  });

  it("gives all its steps to the one who iterates, and its result afterwards", async () => {
    const run = maximize(model, target, { steps: 4 });
    const seen: number[] = [];
    for await (const { index } of run) seen.push(index);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect((await run.result).curve).toHaveLength(5);
    expect((await run).curve).toHaveLength(5);
  });

  it("of no steps measures the start", async () => {
    const { curve, last } = await maximize(model, target, { steps: 0, start: 0.25 }).result;
    expect(curve).toHaveLength(1);
    expect(numbers(last.picture)).toEqual(Array(36).fill(0.25));
  });

  it("gives identical bytes for the same seed, and other ones for another", async () => {
    const options: MaximizeOptions = {
      steps: 6,
      start: ["random", normal({})],
      transforms: [jitter({ pixels: 2 }), noise({})],
      optimizer: adam({}),
    };
    const bytes = async (seed: number) => {
      const { last, curve } = await maximize(model, target, { ...options, seed }).result;
      return [last.picture.data as Float32Array, ...curve].map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)),
      );
    };
    expect(await bytes(7)).toEqual(await bytes(7));
    expect(await bytes(7)).not.toEqual(await bytes(8));
  });
});

describe("a batch", () => {
  const options: MaximizeOptions = { steps: 4, optimizer, seed: 5 };

  it("of targets gives what single runs give", async () => {
    const start = array({ values: createRng(1).uniforms(36) });
    const targets = [0, 1, 2].map((at) => logit({ class: at }));
    const batch = await maximize(model, targets, { ...options, start }).result;
    for (const [i, one] of targets.entries()) {
      const single = await maximize(model, one, { ...options, start }).result;
      expectClose(pictureOf(batch, i), pictureOf(single, 0));
      expectClose(
        batch.curve.map((values) => values[i]!),
        single.curve.map((values) => values[0]!),
      );
    }
  });

  it("of starts gives what single runs give from the same splits of the seed", async () => {
    const starts = [uniform({}), normal({}), uniform({ low: -1 })];
    const batch = await maximize(model, target, { ...options, start: starts }).result;
    const rng = createRng(5).split("start");
    const draws = [rng.split(0).uniforms(36), rng.split(1).normals(36, 0.5, 0.1), rng.split(2).uniforms(36, -1, 1)];
    for (const [i, values] of draws.entries()) {
      const single = await maximize(model, target, { ...options, start: array({ values }) }).result;
      expectClose(pictureOf(batch, i), pictureOf(single, 0));
    }
    const first = await maximize(model, target, { ...options, start: starts[0]! }).result;
    expectClose(pictureOf(batch, 0), pictureOf(first, 0));
  });

  it("of objectives of different structure gives what single runs give", async () => {
    const start = array({ values: createRng(2).uniforms(36) });
    const mixed: Spec[] = [
      channel({ layer: "conv", channel: 2 }),
      logit({ class: 1 }),
      neuron({ layer: "relu", channel: 0, y: 2, x: 3 }),
      channel({ layer: "conv", channel: 0 }),
      add(layer({ layer: "pool" }), mul(0.5, crossEntropy({ class: 0 }))),
    ];
    const batch = await maximize(model, mixed, { ...options, start }).result;
    for (const [i, one] of mixed.entries()) {
      const single = await maximize(model, one, { ...options, start }).result;
      expectClose(pictureOf(batch, i), pictureOf(single, 0));
      expectClose(
        batch.curve.map((values) => values[i]!),
        single.curve.map((values) => values[0]!),
      );
    }
  });

  it("does not suffer from what another objective would be on its picture", async () => {
    const layers = open(buildModel((op, x) => ({ root: op.log(x), y: op.mul(x, 2) }), { shape: [1, 1, 2, 2] }));
    const targets = ["root", "y"].map((layer) => channel({ layer, channel: 0 }));
    const { ended, last } = await maximize(layers, targets, { steps: 2, start: [1, -1] }).result;
    expect(ended).toBe("steps");
    expect(pictureOf({ last } as AscentResult, 1)).toEqual([0, 0, 0, 0]);
  });

  it("may watch another objective for each picture", async () => {
    const watch = { each: [logit({ class: 2 }), logit({ class: 0 })] };
    const { last } = await maximize(model, [logit({ class: 0 }), logit({ class: 2 })], {
      ...options,
      steps: 0,
      start: "ones",
      watch,
    }).result;
    expectClose([...last.watch["each"]!], [...last.objective].reverse());
  });

  it("of numbers that do not fit is refused", async () => {
    const three = [0, 1, 2].map((at) => logit({ class: at }));
    await expect(maximize(model, three, { start: ["ones", "zeros"] }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: "2 starts do not fit a batch of 3: give 1 or 3",
    });
    await expect(maximize(model, three, { watch: { w: three.slice(1) } }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: '2 objectives to watch as "w" do not fit a batch of 3: give 1 or 3',
    });
  });
});

/** The mean of -(x - 1)^2 over a picture, by gradient steps of its own making. */
const hill = open(
  buildModel((op, x) => ({ y: op.neg(op.mul(op.sub(x, 1), op.sub(x, 1))) }), { shape: [1, 1, 2, 2], freeBatch: "N" }),
);

const height = channel({ layer: "y", channel: 0 });

describe("specs", () => {
  it("may be types alone, and one transform needs no list", async () => {
    const short = { optimizer: "adam", parameterization: "pixel", transforms: jitter({}), schedule: "cosine" };
    const long = { optimizer: adam({}), transforms: [jitter({})], schedule: { type: "cosine" }, steps: 4 };
    const given = { ...short, steps: 4 } as unknown as MaximizeOptions;
    const { picture, record } = await maximize(model, target, given).result;
    expect(picture).toEqual((await maximize(model, target, long).result).picture);
    expect(record).toMatchObject({ optimizer: { type: "adam" }, schedule: { type: "cosine" } });
    expect(record.transforms).toHaveLength(1);
  });
});

describe("a clipped gradient", () => {
  it("is no longer than it may be, picture by picture", async () => {
    // the gradientNorm at x is -2 (x - 1) / 4 for each of four pixels, its norm |x - 1|
    const options: MaximizeOptions = { optimizer: gradient({ learningRate: 1 }), steps: 1, start: [4, 1.5], clip: 1 };
    const { last, curve } = await maximize(hill, height, options).result;
    expect(curve[0]).toEqual(Float32Array.of(-9, -0.25));
    expectClose(pictureOf({ last } as AscentResult, 0), [3.5, 3.5, 3.5, 3.5]);
    expectClose(pictureOf({ last } as AscentResult, 1), [1.25, 1.25, 1.25, 1.25]);
  });
});

describe("a clipped gradient by several variables", () => {
  it("is no longer than it may be all together", async () => {
    const clip = 0.25;
    const states: Readonly<Record<string, Tensor>>[] = [];
    const parameterization = { type: "pyramid", squash: "none", color: "none" };
    const options: MaximizeOptions = { parameterization, optimizer: gradient({}), clip, steps: 2 };
    for await (const step of maximize(model, [target, logit({ class: 2 })], options))
      states.push(step.checkpoint().state);
    const [before, after] = states as [(typeof states)[0], (typeof states)[0]];
    const variables = Object.keys(before).filter((name) => before[name]!.shape[0] === 2);
    expect(variables.length).toBeGreaterThan(1);
    for (const k of [0, 1]) {
      const moved = variables.flatMap((name) => {
        const [from, to] = [numbers(before[name]!), numbers(after[name]!)];
        const each = from.length / 2;
        return from.slice(k * each, (k + 1) * each).map((x, i) => to[k * each + i]! - x);
      });
      expect(Math.hypot(...moved)).toBeCloseTo(clip, 4);
    }
  });
});

describe("attribution", () => {
  it("is the sum of the sizes of the gradients by each pixel", async () => {
    const model = open(tinyCnn());
    const options = { start: "random", seed: 2, optimizer: gradient({ learningRate: 1 }) } as const;
    const pictures: number[][] = [];
    for await (const { picture } of maximize(model, logit({ class: 1 }), { ...options, steps: 4 }))
      pictures.push(numbers(picture));
    // plain gradient ascent moves every pixel by its gradient
    const expected = pictures[0]!.map((_, k) =>
      pictures.slice(1).reduce((sum, after, i) => sum + Math.abs(after[k]! - pictures[i]![k]!), 0),
    );
    const { attribution } = await maximize(model, logit({ class: 1 }), { ...options, steps: 3, attribution: true })
      .result;
    expect(attribution!.shape).toEqual([1, 1, 6, 6]);
    numbers(attribution!).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 4));
    expect((await maximize(model, logit({ class: 1 }), options).result).attribution).toBeNull();
  });
});

describe("restarts", () => {
  const begin = (streams: readonly number[], restarts: number, options: MaximizeOptions = {}) =>
    maximize(model, target, { steps: 0, streams, restarts, ...options }).result;
  const values = ({ curve }: AscentResult) => [...curve[0]!];

  it("are starts of which each picture has the one with the largest target, whoever else is there", async () => {
    const [first, few, many] = [await begin([3, 4], 1), await begin([3, 4], 4), await begin([3, 4], 16)];
    const gains = values(many).map((value, i) => value - values(first)[i]!);
    expect(Math.max(...gains)).toBeGreaterThan(0);
    values(few).forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(values(first)[i]!);
      expect(values(many)[i]).toBeGreaterThanOrEqual(value);
    });
    expect(values(await begin([4], 16))).toEqual([values(many)[1]]);
    expect(many.record.restarts).toBe(16);
  });

  it("are of the whole batch where its pictures share variables", async () => {
    const options = { parameterization: shared({}), streams: [0, 1] };
    const sum = (result: AscentResult) => values(result).reduce((a, b) => a + b);
    const [first, many] = [await begin([0, 1], 1, options), await begin([0, 1], 8, options)];
    expect(sum(many)).toBeGreaterThan(sum(first));
  });

  it("leave a start that is not random as it is", async () => {
    expect(values(await begin([0], 4, { start: "ones" }))).toEqual(values(await begin([0], 1, { start: "ones" })));
  });

  it("are at least one", async () => {
    await expect(begin([0], 0)).rejects.toMatchObject({ code: "bad-argument" });
  });
});
