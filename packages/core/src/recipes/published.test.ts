import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { lookUp } from "../define/definition.js";
import { parseFields, type Fields } from "../define/fields.js";
import { isSpec, type Spec } from "../define/spec.js";
import type { SpecDefinition } from "../define/vocabulary.js";
import { channel, layer, logit } from "../objectives/activation.js";
import { open, randomTensor, tinyCnn } from "../testing/models.js";
import type { Shape } from "../tensor.js";
import { standard } from "../standard.js";
import { useRecipe } from "./use-recipe.js";
import { recipes } from "./table.js";

/** What a recipe has no default for, and a target that it takes. */
const needs: Readonly<Record<string, { readonly given?: object; readonly target?: Spec }>> = {
  caricature: { given: { image: "photo" }, target: layer({ layer: "relu" }) },
  accentuation: { given: { image: "photo", layer: "conv" } },
};
const specOf = (type: string, more: object = {}): Spec => ({ type, ...needs[type]?.given, ...more });
const use = (type: string, shape: Shape, more: object = {}) => useRecipe(standard, specOf(type, more), { shape });

/** A spec whose parameters its definition takes as they are. */
function expectValid(kind: "parameterization" | "optimizer" | "transform", one: Spec | string): void {
  const spec = typeof one === "string" ? { type: one } : one;
  const { type, ...given } = spec;
  expect(parseFields(type, lookUp<SpecDefinition>(standard[kind], spec, kind).params as Fields, given)).toEqual(spec);
}

describe.each(Object.keys(recipes))("the recipe %s", (type) => {
  it.each([[[1, 28, 28]], [[3, 32, 32]], [[3, 224, 224]]])("makes valid JSON for pictures of %j", (shape) => {
    const { options, objective } = use(type, shape);
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
    expectValid("parameterization", options.parameterization!);
    expectValid("optimizer", options.optimizer!);
    for (const transform of options.transforms!) expectValid("transform", transform);
    const maximized = objective(needs[type]?.target ?? logit({ class: 1 }));
    expect(JSON.parse(JSON.stringify(maximized))).toEqual(maximized);
  });

  it.each([1, 3])("runs on pictures of %d channel(s)", async (channels) => {
    const { options, objective } = use(
      type,
      [channels, 6, 6],
      "crops" in standard.recipe[type]!.params ? { crops: 2 } : {},
    );
    const images = { photo: randomTensor([channels, 9, 7], 5) };
    const target = objective(needs[type]?.target ?? logit({ class: 1 }));
    const run = maximize(open(tinyCnn({ channels })), target, { ...options, images, steps: 2 });
    const { last, ended, picture } = await run.result;
    expect([ended, last.index]).toEqual(["steps", 2]);
    expect(picture.data.every((x) => Number.isFinite(x))).toBe(true);
  });

  it("takes inputs without height and width, or says which recipes do", () => {
    if (type === "auto" || type === "article") {
      expect(use(type, [4]).options.transforms ?? []).toEqual([]);
      return;
    }
    expect(() => use(type, [1, 2, 4, 4])).toThrow(expect.objectContaining({ code: "bad-argument" }));
    expect(() => use(type, [4])).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: `The recipe "${type}" needs pictures with height and width: the model takes inputs of shape [4]`,
        hint: 'The recipes "auto" and "article" take inputs of any shape',
      }),
    );
  });
});

/** Transforms without what they leave at its default. */
const transformsOf = (type: string, shape: Shape, more?: object) => use(type, shape, more).options.transforms;
const photograph = [3, 224, 224];

describe("published numbers", () => {
  it.each([
    ["article", 10, "gradient", 1, undefined],
    ["lucid", 512, "adam", 0.05, [128, 128]],
    ["distill", 2560, "adam", 0.05, [224, 224]],
    ["maco", 256, "nadam", 1, [512, 512]],
    ["caricature", 512, "adam", 0.05, [224, 224]],
    ["accentuation", 100, "adam", 0.05, [512, 512]],
  ] as const)("of %s are %d steps of %s %d", (type, steps, optimizer, learningRate, size) => {
    const { options } = use(type, photograph);
    expect(options.steps).toBe(steps);
    expect(options.optimizer).toMatchObject({ type: optimizer, learningRate });
    expect(options.size).toEqual(size);
  });

  const factors = [0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1];
  const degrees = [...Array.from({ length: 21 }, (_, i) => i - 10), 0, 0, 0, 0, 0];

  it("of lucid's transforms are its own with half the margin, and shares of its 128 pixels", () => {
    const expected = (pad: number, first: number, second: number) => [
      { type: "pad", pixels: pad, mode: "value", value: 0.5 },
      { type: "jitter", pixels: first },
      { type: "scale", factors },
      { type: "rotate", degrees },
      { type: "jitter", pixels: second },
    ];
    expect(transformsOf("lucid", photograph)).toEqual(expected(6, 4, 2));
    expect(transformsOf("lucid", photograph, { size: 256 })).toEqual(expected(12, 8, 4));
    expect(transformsOf("lucid", [1, 28, 28])).toEqual(expected(1, 1, 1));
    expect(transformsOf("caricature", photograph)).toEqual(expected(6, 4, 2));
  });

  it("of distill's transforms are its own with half the margin, and shares of 224 pixels", () => {
    const pixels = (shape: Shape) =>
      transformsOf("distill", shape)!.flatMap((one) => (isSpec(one) && one["pixels"]) || []);
    expect(pixels(photograph)).toEqual([4, 8, 4]);
    expect(pixels([3, 56, 56])).toEqual([1, 2, 1]);
    expect(transformsOf("distill", photograph)).toEqual(
      expect.arrayContaining([
        { type: "scale", factors: [1, 0.975, 1.025, 0.95, 1.05] },
        { type: "rotate", degrees: [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5] },
      ]),
    );
  });

  it("of deepdream's shifts are 16 of 448 pixels", () => {
    expect(transformsOf("deepdream", photograph)![0]).toEqual({ type: "jitter", pixels: 16 });
    expect(transformsOf("deepdream", photograph, { size: 224 })![0]).toEqual({ type: "jitter", pixels: 8 });
    expect(transformsOf("deepdream", photograph)![1]).toMatchObject({ count: 3, largest: 1, smallest: 1.4 ** -2 });
  });

  it("of deepdream begin at its image, or at pale noise as natural pictures have it", () => {
    const startOf = (params = {}) =>
      useRecipe(standard, { type: "deepdream", ...params }, { shape: photograph }).options.start;
    expect(startOf()).toEqual({ type: "natural", mean: 0.5, deviation: 0.1 });
    expect(startOf({ image: "photo" })).toEqual({ type: "image", image: "photo" });
  });

  it("of noise are in picture units: half and a quarter of what they are from -1 to 1 and from -2 to 2", () => {
    expect(transformsOf("maco", photograph)).toMatchObject([
      { type: "crops", count: 32, largest: 0.5, smallest: 0.05, spread: 0.05, centre: 0.15 },
      { type: "noise", deviation: 0.08 / 2, uniform: 0.04 / 2 },
    ]);
    expect(transformsOf("accentuation", photograph)).toMatchObject([
      { type: "crops", count: 16, largest: 0.99, smallest: 0.05 },
      { type: "noise", deviation: 0.02 / 4, uniform: 0 },
    ]);
  });
});

describe("recipes from an image", () => {
  const photo = randomTensor([1, 6, 6], 5);
  const ascent = (type: string, more: object, target: Spec) => {
    const { options, objective } = use(type, [1, 6, 6], more);
    const models = { b: { model: open(tinyCnn()) } };
    return maximize(open(tinyCnn()), objective(target), { ...options, models, images: { photo }, steps: 1 }).result;
  };

  it("climb layers of further models", async () => {
    const { record } = await ascent("caricature", {}, layer({ layer: "conv", model: "b" }));
    expect(record.objectives).toMatchObject([{ type: "caricature", layer: "conv", model: "b" }]);
    const near = await ascent("accentuation", { model: "b", crops: 2 }, channel({ layer: "relu", channel: 1 }));
    expect(near.record.objectives).toMatchObject([{ type: "accentuation", layer: "conv", model: "b" }]);
  });

  it("say that a caricature is of a whole layer", () => {
    const { objective } = use("caricature", photograph);
    expect(() => objective(logit({ class: 1 }))).toThrow(
      'The recipe "caricature" needs a whole layer as its target, not "logit"',
    );
  });
});
