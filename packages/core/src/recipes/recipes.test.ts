import { standard } from "../standard.js";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import { abs, mul, sub } from "../objectives/combine.js";
import { layer, logit } from "../objectives/activation.js";
import { l1 } from "../objectives/penalty.js";
import { adam, hypergradient, nadam } from "../optimizers/adaptive.js";
import { cooldown, linear } from "../optimizers/schedules.js";
import { fourier } from "../parameterizations/fourier.js";
import { pixel } from "../parameterizations/pixel.js";
import { open, randomTensor, tinyCnn } from "../testing/models.js";
import type { Shape } from "../tensor.js";
import { jitter, pad, rotate, scale } from "../transforms/affine.js";
import { useRecipe } from "./use-recipe.js";
import { recipes } from "./table.js";

/** A recipe of every type, with what has no default, and a target that it takes. */
const samples: readonly { readonly spec: Spec; readonly target?: Spec }[] = [
  { spec: { type: "auto" } },
  { spec: { type: "article" } },
  { spec: { type: "lucid" } },
  { spec: { type: "distill" } },
  { spec: { type: "maco", crops: 2 } },
  { spec: { type: "deepdream", octaves: 2 } },
  { spec: { type: "caricature", image: "photo" }, target: layer({ layer: "relu" }) },
  { spec: { type: "accentuation", image: "photo", layer: "conv", crops: 2 } },
];

const photo = (channels: number) => ({ photo: randomTensor([channels, 9, 7], 5) });

describe("recipes", () => {
  it("have a sample each", () => {
    expect(samples.map(({ spec }) => spec.type).sort()).toEqual(Object.keys(recipes).sort());
  });

  for (const { spec, target = logit({ class: 1 }) } of samples) {
    for (const channels of [1, 3]) {
      it(`${spec.type} makes options that survive JSON and run on ${channels} channel(s)`, async () => {
        const model = open(tinyCnn({ channels }));
        const { options, objective } = useRecipe(standard, spec, { shape: [channels, 6, 6] });
        expect(JSON.parse(JSON.stringify(options))).toEqual(options);
        const maximized = objective(target);
        const run = maximize(model, maximized, { ...options, images: photo(channels), steps: 2 });
        const { last, picture, ended, record } = await run.result;
        expect(ended).toBe("steps");
        expect(last.index).toBe(2);
        expect(picture.shape).toEqual([1, channels, 6, 6]);
        expect(picture.data.every((x) => Number.isFinite(x))).toBe(true);
        expect(record.objectives).toEqual([maximized]);
      });
    }

    it(`${spec.type} takes the steps that are asked for`, () => {
      const { options } = useRecipe(standard, { ...spec, steps: 7 }, { shape: [3, 64, 64] });
      expect(options.steps).toBe(7);
    });
  }

  it("fit networks of photographs whose shape is not square", () => {
    const size = (type: string, shape: Shape) => useRecipe(standard, { type }, { shape }).options.size;
    expect(size("lucid", [3, 224, 448])).toEqual([128, 256]);
    expect(size("auto", [3, 280, 420])).toBeUndefined();
    const free = useRecipe(standard, "auto", { shape: [3, 280, 420], gradientFree: true }).options;
    expect(free.size).toEqual([70, 105]);
    expect(free.transforms![0]).toMatchObject({ type: "pad", pixels: 2 });
    expect(useRecipe(standard, "auto", { shape: [3, 32, 32], gradientFree: true }).options.size).toBeUndefined();
    expect(size("distill", [3, 64, 64])).toBeUndefined();
  });

  it("that there are not, and parameters that they do not have, are refused", () => {
    const context = { shape: [3, 32, 32] };
    expect(() => useRecipe(standard, { type: "lucit" }, context)).toThrow(
      expect.objectContaining({ code: "bad-argument", message: 'There is no recipe of type "lucit"' }),
    );
    expect(() => useRecipe(standard, { type: "auto", size: 3 }, context)).toThrow(
      expect.objectContaining({ code: "bad-argument" }),
    );
  });
});

describe("auto", () => {
  const target = logit({ class: 2 });
  const choose = (shape: Shape) => {
    const { options, objective } = useRecipe(standard, { type: "auto" }, { shape });
    return { ...options, objective: objective(target) };
  };
  const patient = { steps: 256, optimizer: adam({ learningRate: 0.1 }), schedule: linear({}) };
  const large = { steps: 96, optimizer: nadam({ learningRate: 0.2 }), schedule: cooldown({}) };
  const found = { steps: 64, optimizer: hypergradient({}), schedule: cooldown({}) };
  const gentle = [scale({ factors: [0.95, 0.975, 1, 1.025, 1.05] }), rotate({ degrees: [-5, -2.5, 0, 2.5, 5] })];

  it("draws strokes on black for small grey pictures, at a price", () => {
    expect(choose([1, 28, 28])).toEqual({
      ...patient,
      parameterization: fourier({ decay: 1.5 }),
      transforms: [pad({ pixels: 2, value: 0 }), jitter({ pixels: 2 }), scale({}), rotate({})],
      objective: sub(target, mul(abs(target), l1({}))),
    });
  });

  it("gives small pictures of colours every pixel, and shapes before stripes", () => {
    expect(choose([3, 32, 32])).toEqual({
      ...large,
      parameterization: fourier({ decay: 1.5 }),
      transforms: [pad({ pixels: 1 }), jitter({ pixels: 1 }), ...gentle],
      objective: target,
    });
    // grey, but no drawing
    expect(choose([1, 48, 48]).objective).toEqual(target);
  });

  for (const [side, pixels] of [
    [224, 5],
    [512, 11],
  ] as const) {
    it(`draws pictures of ${side} pixels as the network sees them`, () => {
      expect(choose([3, side, side])).toEqual({
        ...found,
        parameterization: fourier({ decay: 1.2 }),
        transforms: [pad({ pixels }), jitter({ pixels }), ...gentle],
        objective: target,
      });
    });
  }

  it("climbs lists of numbers as they are", () => {
    expect(choose([4])).toEqual({ ...patient, parameterization: pixel({}), objective: target });
  });
});
