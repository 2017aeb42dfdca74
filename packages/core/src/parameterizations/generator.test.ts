import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { maximize } from "../ascend/maximize.js";
import { createAssets } from "../compile/assets.js";
import { classify } from "../compile/classify.js";
import type { Ops } from "../ir/ops/index.js";
import type { Value } from "../ir/graph.js";
import { logit, probability } from "../objectives/activation.js";
import { adam } from "../optimizers/adaptive.js";
import { open } from "../testing/models.js";
import { beginning, show } from "../testing/show.js";
import { numbers, tensor } from "../tensor.js";
import { generator } from "./generator.js";

/** A model that gives its latent in another shape. */
const reshaping = (latent: readonly number[], shape: readonly number[]) => ({
  ...createAssets({}, new Map()),
  generator: () => ({ latent, range: [0, 1] as const, build: (op: Ops, x: Value) => op.reshape(x, shape) }),
});

describe("generator", () => {
  const values = [-1, 0, 1, 2, 3, 4];
  const latent = tensor("float32", values, [1, 6]);
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
    expect(numbers(shown)).toEqual(expected);
  });

  it("puts channels first", async () => {
    const shown = await show(spec, { latent }, [1, 3, 1, 2], reshaping([6], [1, 1, 2, 3]));
    expect(shown.shape).toEqual([1, 1, 2, 3]);
    const last = await show(spec, { latent }, [1, 3, 2, 1], reshaping([6], [1, 2, 1, 3]));
    expect(last.shape).toEqual([1, 3, 2, 1]);
    expect(numbers(last)).toEqual([0, 3, 1, 4, 2, 5].map((i) => units[i]));
  });

  it("refuses what is no picture", async () => {
    await expect(show(spec, { latent }, [1, 1, 3, 3], reshaping([6], [1, 6]))).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The generator "g" makes [1,6], which is no picture [1,1,3,3]',
    });
  });

  it("begins within its bounds, in the deviations that the variable is in", () => {
    const within = generator({ model: "g", deviation: 0.5, bounds: [-0.25, 1] });
    const drawn = numbers(beginning(within, [1, 1, 2, 3], undefined, reshaping([3000], [1]))["latent"]!);
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([-0.5, 2]);
  });

  it("begins at a latent of mean 0 and variance 1", () => {
    const drawn = numbers(beginning(spec, [2, 1, 2, 3], undefined, reshaping([3000], [1]))["latent"]!);
    expect(drawn).toHaveLength(6000);
    expect(drawn.reduce((sum, x) => sum + x * x, 0) / 6000).toBeCloseTo(1, 1);
  });
});

const folder = join(import.meta.dirname, "../../../../../shared/models");
const isThere = existsSync(folder);

describe.skipIf(!isThere)(`generators in ${folder}${isThere ? "" : " (missing)"}`, () => {
  const load = (name: string, file = name) => open(readFileSync(join(folder, name, `${file}.onnx`)));
  const optimizer = adam({ learningRate: 0.1 });

  it.each([0, 1])("of two numbers (variational) shows all ten digits (seed %d)", async (seed) => {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    const classifier = load("mnist-8");
    const contract = { mean: [0], std: [1 / 255], layout: "NCHW" as const, order: undefined };
    const { picture } = await maximize(
      classifier,
      digits.map((digit) => logit({ class: digit })),
      {
        parameterization: generator({ model: "vae" }),
        generators: { vae: { model: load("mnist-vae-decoder") } },
        contract,
        seed,
        optimizer,
        steps: 40,
      },
    ).result;
    const pixels = numbers(picture);
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(1);
    const shares = await classify(classifier, picture, { contract });
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
    expect(Math.max(...latent.map(Math.abs))).toBeLessThanOrEqual(2);
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
