import { standard } from "../standard.js";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { createAssets } from "../forward/assets.js";
import type { BatchOptions } from "../forward/prepare-model.js";
import { classify } from "../probe/classify.js";
import type { Ops } from "../ir/ops/index.js";
import type { Value } from "../ir/graph.js";
import { logit, probability } from "../objectives/activation.js";
import { adam } from "../optimizers/adaptive.js";
import { open } from "../testing/models.js";
import { beginning, show } from "../testing/show.js";
import { useRecipe } from "../recipes/use-recipe.js";
import { numbers, tensor } from "../tensor.js";
import { generator } from "./generator.js";

/** A model that gives its latent in another shape. */
const reshaping = (latent: readonly number[], shape: readonly number[]) => ({
  ...createAssets(standard, {}, new Map()),
  generator: () => ({ latent, range: [0, 1] as const, build: (op: Ops, x: Value) => op.reshape(x, shape) }),
});

/** The standard deviations that a variable of 1 stands for. */
const unit = 0.3;

describe("generator", () => {
  const values = [-1, 0, 1, 2, 3, 4];
  const inUnits = values.map((x) => x / unit);
  const latent = tensor("float32", inUnits, [1, 6]);
  const spec = generator({ model: "g", range: [-1, 3] });
  const units = values.map((x) => (x + 1) / 4);

  it.each([
    [[1, 6], units],
    [[1, 2, 3], units],
    [[1, 1, 2, 3], units],
    [[1, 2, 3, 1], units],
  ])("maps the range of its picture, of shape %o, to picture units", async (made, expected) => {
    const shown = await show(spec, { latent }, [1, 1, 2, 3], reshaping([6], made));
    expect(shown.shape).toEqual([1, 1, 2, 3]);
    numbers(shown).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
  });

  it("puts channels first", async () => {
    const shown = await show(spec, { latent }, [1, 3, 1, 2], reshaping([6], [1, 1, 2, 3]));
    expect(shown.shape).toEqual([1, 1, 2, 3]);
    const last = await show(spec, { latent }, [1, 3, 2, 1], reshaping([6], [1, 2, 1, 3]));
    expect(last.shape).toEqual([1, 3, 2, 1]);
    const expected = [0, 3, 1, 4, 2, 5].map((i) => units[i]!);
    numbers(last).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
  });

  it("refuses what is no picture", async () => {
    await expect(show(spec, { latent }, [1, 1, 3, 3], reshaping([6], [1, 6]))).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The generator "g" makes [1,6], which is no picture [1,1,3,3]',
    });
  });

  it("begins within its bounds, in the units of the variable", () => {
    const within = generator({ model: "g", deviation: 0.5, bounds: [-0.25, 1] });
    const drawn = numbers(beginning(within, [1, 1, 2, 3], undefined, reshaping([3000], [1]))["latent"]!);
    expect(Math.min(...drawn) * unit).toBeCloseTo(-0.5, 6);
    expect(Math.max(...drawn) * unit).toBeCloseTo(2, 6);
  });

  it("begins at a latent of mean 0 and variance 1", () => {
    const drawn = numbers(beginning(spec, [2, 1, 2, 3], undefined, reshaping([3000], [1]))["latent"]!);
    expect(drawn).toHaveLength(6000);
    expect(drawn.reduce((sum, x) => sum + (x * unit) ** 2, 0) / 6000).toBeCloseTo(1, 1);
  });
});

const folder = join(import.meta.dirname, "../../../../../shared/models");
const isThere = existsSync(folder);

describe.skipIf(!isThere)(`generators in ${folder}${isThere ? "" : " (missing)"}`, () => {
  const load = (name: string, file = name) => open(readFileSync(join(folder, name, `${file}.onnx`)));
  const optimizer = adam({ learningRate: 0.1 });

  const scaled = { contract: { mean: [0], std: [1 / 255], layout: "NCHW" as const, order: "gray" as const } };

  it.each<[string, number, BatchOptions]>([
    ["mnist-8", 0, scaled],
    ["mnist-8", 1, scaled],
    ["mnist-cnn-kerasjs", 0, {}],
    ["mnist-cnn-kerasjs", 1, {}],
  ])("of two numbers (variational) shows all ten digits by the recipe auto: %s, seed %d", async (name, seed, given) => {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    const classifier = load(name);
    const { options, objective } = useRecipe(standard, { type: "auto", steps: 64 }, { shape: [1, 28, 28] });
    const { picture } = await maximize(
      classifier,
      digits.map((digit) => objective(logit({ class: digit }))),
      {
        ...options,
        ...given,
        parameterization: generator({ model: "vae" }),
        generators: { vae: { model: load("mnist-vae-decoder") } },
        seed,
        streams: [0],
      },
    ).result;
    const pixels = numbers(picture);
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(1);
    const shares = await classify(classifier, picture, given);
    expect(shares!.map((one) => one.indexOf(Math.max(...one)))).toEqual(digits);
  });

  it("with a further input (class) shows the digit that this one says", async () => {
    const model = load("mnist-cnn-kerasjs");
    const digit = 7;
    const onehot = tensor(
      "float32",
      Array.from({ length: 10 }, (_, i) => Number(i === digit)),
      [1, 10],
    );
    const { last, curve } = await maximize(model, logit({ class: digit }), {
      parameterization: generator({ model: "gan", bounds: [-2, 2] }),
      generators: { gan: { model: load("mnist-acgan-generator"), inputs: { onehot } } },
      watch: { p: probability({ class: digit }) },
      optimizer,
      steps: 20,
    }).result;
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
    expect(last.watch["p"]![0]).toBeGreaterThan(0.9);
    const latent = numbers(last.checkpoint().state["latent"]!);
    expect(Math.max(...latent.map(Math.abs)) * unit).toBeLessThan(2 + 1e-6);
  });

  it("that takes the class embedding itself is a generator too, of small latents", async () => {
    const model = load("mnist-cnn-kerasjs");
    const { last } = await maximize(model, logit({ class: 3 }), {
      parameterization: generator({ model: "gan", deviation: 0.02 }),
      generators: { gan: { model: load("mnist-acgan-generator", "mnist-acgan-generator-latent") } },
      watch: { p: probability({ class: 3 }) },
      optimizer,
      steps: 20,
    }).result;
    expect(last.watch["p"]![0]).toBeGreaterThan(0.9);
    // a digit, not the black that latents of deviation 1 give
    expect(numbers(last.picture).reduce((sum, x) => sum + x, 0) / 784).toBeGreaterThan(0.05);
  });
});
