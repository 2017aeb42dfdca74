import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { maximize } from "../ascend/maximize.js";
import { createAssets } from "../compile/assets.js";
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
  generator: () => ({ latent, build: (op: Ops, x: Value) => op.reshape(x, shape) }),
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

  it("of two numbers (variational) finds the digit that a classifier looks for", async () => {
    const { curve, picture } = await maximize(load("mnist-cnn-kerasjs"), [logit({ class: 0 }), logit({ class: 1 })], {
      parameterization: generator({ model: "vae" }),
      generators: { vae: { model: load("mnist-vae-decoder") } },
      optimizer,
      steps: 60,
    }).result;
    expect(picture.shape).toEqual([2, 1, 28, 28]);
    const pixels = numbers(picture);
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(1);
    for (const i of [0, 1]) expect(curve.at(-1)![i]).toBeGreaterThan(curve[0]![i]! + 1);
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
      parameterization: generator({ model: "gan", range: [-1, 1], bounds: [-2, 2] }),
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

  it("that takes the class embedding itself is a generator too", async () => {
    const { curve } = await maximize(load("mnist-cnn-kerasjs"), logit({ class: 3 }), {
      parameterization: generator({ model: "gan", range: [-1, 1] }),
      generators: { gan: { model: load("mnist-acgan-generator", "mnist-acgan-generator-latent") } },
      optimizer,
      steps: 20,
    }).result;
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]! + 1);
  });
});
