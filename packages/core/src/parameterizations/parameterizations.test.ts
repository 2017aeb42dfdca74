import { standard } from "../standard.js";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Generator } from "../define/parameterization.js";
import type { Spec } from "../define/spec.js";
import { channel, logit } from "../objectives/activation.js";
import { adam } from "../optimizers/adaptive.js";
import { normalized } from "../optimizers/gradient.js";
import { createAssets } from "../forward/assets.js";
import { createRng } from "../rng.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { streams } from "../testing/show.js";
import { specs } from "../testing/specs.js";
import { numbers, tensor } from "../tensor.js";
import { pixel } from "./pixel.js";
import { asStart } from "../starts/as-start.js";
import { array, constant, natural, normal, uniform } from "../starts/starts.js";

const model = open(tinyCnn());
const target = channel({ layer: "conv", channel: 1 });
const wide = array({ values: Array.from({ length: 36 }, (_, i) => (i - 18) / 6) });

/** Two numbers -> a flat picture of 36 from -1 to 1. */
const decoder = open(
  buildModel((op, z) => ({ picture: op.tanh(op.gemm(z, weights(op, [2, 36]))) }), { shape: [1, 2], freeBatch: "N" }),
);
const white = tensor("float32", new Float32Array(36).fill(1), [1, 6, 6]);
const given = {
  images: { photo: tensor("float32", createRng(3).uniforms(36), [1, 6, 6]), mask: white },
  generators: { decoder: { model: decoder } },
};

/** The pictures of a run, start first. */
async function pictures(parameterization: Spec, start: Spec | number, steps = 6): Promise<number[][]> {
  const found: number[][] = [];
  const optimizer = normalized({ learningRate: 0.5 });
  for await (const { picture } of maximize(model, target, { parameterization, start, steps, optimizer, ...given })) {
    found.push(numbers(picture));
  }
  return found;
}

const byName = specs.parameterizations.map((spec: Spec) => [JSON.stringify(spec), spec] as const);
const definitionOf = (spec: Spec) => standard.parameterization[spec.type]!;

describe("every parameterization", () => {
  it.each(byName.filter(([, spec]) => definitionOf(spec).invert))(
    "begins at the start picture: %s",
    async (_, spec) => {
      const start = array({ values: createRng(2).uniforms(36, 0.05, 0.95) });
      if (spec.type === "alpha" && (spec["inner"] as Spec).type === "cppn") {
        await expect(pictures(spec, start, 0)).rejects.toMatchObject({
          code: "bad-argument",
          message: 'The parameterization "cppn" cannot begin at a picture',
        });
        return;
      }
      const [first] = await pictures(spec, start, 0);
      (start.values as number[]).forEach((x, i) => expect(first![i]).toBeCloseTo(x, 5));
    },
  );

  it.each(byName.filter(([, spec]) => !definitionOf(spec).invert))(
    "says that it cannot begin at a picture: %s",
    async (_, spec) => {
      await expect(pictures(spec, 0.5, 0)).rejects.toMatchObject({
        code: "bad-argument",
        message: `The parameterization "${spec.type}" cannot begin at a picture`,
      });
    },
  );

  it.each(byName)("begins by itself, the same for a seed, and climbs: %s", async (_, parameterization) => {
    // what lies behind a transparent picture changes at every step
    const watch = { maximized: target };
    const run = (seed: number, steps: number) =>
      maximize(model, target, {
        parameterization,
        seed,
        steps,
        restarts: 1,
        watch,
        optimizer: adam({ learningRate: 0.05 }),
        ...given,
      }).result;
    const [once, again, other] = [await run(1, 8), await run(1, 8), await run(2, 0)];
    expect(again.picture.data).toEqual(once.picture.data);
    expect(other.picture.data).not.toEqual((await run(1, 0)).picture.data);
    const maximized = once.watch["maximized"]!;
    expect(maximized.at(-1)![0]).toBeGreaterThan(maximized[0]![0]!);
  });

  it.each(byName.filter(([, spec]) => definitionOf(spec).initial && spec.type !== "shared"))(
    "draws each picture from its own stream: %s",
    (_, spec) => {
      const assets = createAssets(standard, { ...given.images, photo: given.images.photo }, new Map());
      const generator = (): Generator => ({ latent: [2], range: [0, 1], build: (_op, z) => z });
      const withDecoder = { ...assets, generator };
      const rngs = () => streams(3);
      const together = definitionOf(spec).initial!(spec, [3, 1, 6, 6], rngs(), withDecoder);
      const alone = definitionOf(spec).initial!(spec, [1, 1, 6, 6], [rngs()[1]!], withDecoder);
      expect(Object.keys(alone)).toEqual(Object.keys(together));
      for (const [name, t] of Object.entries(alone)) {
        const one = t.data.length;
        expect(together[name]!.shape).toEqual([3, ...t.shape.slice(1)]);
        expect(together[name]!.data.slice(one, 2 * one)).toEqual(t.data);
      }
    },
  );
});

describe("pixel", () => {
  it("keeps to black and white with a sigmoid and no range", async () => {
    const bounded = pixel({ range: [0, 1], squash: "sigmoid" });
    expect(await pictures(pixel({ squash: "sigmoid" }), wide)).toEqual(await pictures(bounded, wide));
  });

  it.each([
    ["clip", [0, 1]],
    ["clip", [-0.3, 0.1]],
    ["sigmoid", [0, 1]],
    ["sigmoid", [-2, 2.5]],
  ] as const)("keeps its range by %s in [%o], from the first picture on", async (squash, range) => {
    const [low, high] = range;
    const steps = await pictures(pixel({ range, squash }), wide);
    for (const picture of steps) {
      for (const x of picture) {
        expect(x).toBeGreaterThanOrEqual(low - 1e-6);
        expect(x).toBeLessThanOrEqual(high + 1e-6);
      }
    }
    expect(steps.at(-1)).not.toEqual(steps[0]);
  });

  it("clips a start that is out of range and leaves the rest of it alone", async () => {
    const [first] = await pictures(pixel({ range: [-1, 1] }), wide, 0);
    expect(first).toEqual((wide.values as number[]).map((x) => Math.fround(Math.min(Math.max(x, -1), 1))));
  });

  it("without a range goes wherever the gradient leads", async () => {
    const steps = await pictures(pixel({}), constant({ value: 0 }), 10);
    expect(Math.max(...steps.at(-1)!.map(Math.abs))).toBeGreaterThan(2);
  });
});

describe("starts", () => {
  const shape = [2, 3, 4];
  const fill = (spec: Spec, seed = 0) =>
    standard.start[spec.type]!.fill(spec, shape, createRng(seed), createAssets(standard, {}, new Map()));

  it("are what they say", () => {
    expect([...fill(constant({ value: 0.25 }))]).toEqual(Array(24).fill(0.25));
    expect(fill(uniform({ low: 2, high: 3 })).every((x) => x >= 2 && x < 3)).toBe(true);
    const values = fill(normal({ mean: 10, deviation: 0.1 }));
    expect(values.every((x) => Math.abs(x - 10) < 1)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(20);
    const given = Array.from({ length: 24 }, (_, i) => i);
    expect([...fill(array({ values: given }))]).toEqual(given);
  });

  it("depend on the seed where they are random, and only there", () => {
    for (const random of [uniform({}), normal({}), natural({})]) {
      expect(fill(random, 1)).toEqual(fill(random, 1));
      expect(fill(random, 1)).not.toEqual(fill(random, 2));
    }
    expect(fill(constant({}), 1)).toEqual(fill(constant({}), 2));
  });

  it("of natural noise vary as told, smoothly, and not alike in two channels", () => {
    const [channels, side] = [2, 64];
    const spec = natural({ mean: 0.4, deviation: 0.2 });
    const assets = createAssets(standard, {}, new Map());
    const values = natural.fill(spec, [channels, side, side], createRng(3), assets);
    const deviation = (all: readonly number[]) => Math.sqrt(all.reduce((sum, x) => sum + x * x, 0) / all.length);
    const apart = [...values].map((x) => x - 0.4);
    expect(deviation(apart)).toBeGreaterThan(0.1);
    expect(deviation(apart)).toBeLessThan(0.3);
    const steps = apart.slice(1).map((x, i) => x - apart[i]!);
    expect(deviation(steps)).toBeLessThan(deviation(apart) / 2);
    expect(values.slice(0, side ** 2)).not.toEqual(values.slice(side ** 2));
    expect(() => natural.fill(spec, [12], createRng(3), assets)).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: "Natural noise cannot be the start of an input of shape [12], without height and width",
      }),
    );
  });

  it("from an array of another size are refused", () => {
    expect(() => fill(array({ values: [1, 2] }))).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: "The start picture has 2 values, but the model's picture [2,3,4] has 24",
      }),
    );
  });

  it("have words and numbers that stand for them", () => {
    expect(["ones", "zeros", "gray", "0.25", 3, -1].map((one) => asStart(one))).toEqual(
      [1, 0, 0.5, 0.25, 3, -1].map((value) => constant({ value })),
    );
    expect(["random", "uniform", "normal", "natural"].map((one) => asStart(one))).toEqual([
      uniform({}),
      uniform({}),
      normal({}),
      natural({}),
    ]);
    expect(asStart(wide)).toBe(wide);
    for (const wrong of ["", "one", "toString", Number.NaN]) {
      expect(() => asStart(wrong)).toThrow(
        expect.objectContaining({
          code: "bad-argument",
          message: `"${wrong}" is no start`,
          hint: expect.stringContaining("ones"),
        }),
      );
    }
  });

  it("of an unknown type or with wrong numbers are refused before the first step", async () => {
    const run = (start: Spec) => maximize(model, logit({ class: 0 }), { start, steps: 0 }).result;
    await expect(run({ type: "noise" })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no start of type "noise"',
    });
    await expect(run({ type: "normal", deviation: -1 })).rejects.toMatchObject({
      code: "bad-argument",
      message: '"deviation" must be a number of at least 0: current value is -1',
    });
  });
});
