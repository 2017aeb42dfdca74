import type { VjpRules } from "../autodiff/vjp.js";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import { layer, logit } from "../objectives/activation.js";
import { buildModel, open, tinyCnn } from "../testing/models.js";
import { tensor, type Tensor } from "../tensor.js";

const model = open(tinyCnn());

const target = logit({ class: 1 });

const sizes = '"size" must be height and width, two whole numbers of at least 1: current value is ';

const withImage = (photo: Tensor): MaximizeOptions => ({ images: { photo }, start: { type: "image", image: "photo" } });

describe("a run that cannot begin", () => {
  it.each<readonly [string, MaximizeOptions, string]>([
    ["negative steps", { steps: -1 }, '"steps" must be a whole number of at least 0: current value is -1'],
    ["half a step", { steps: 1.5 }, '"steps" must be a whole number of at least 0: current value is 1.5'],
    ["no number of steps", { steps: Number.NaN }, '"steps" must be a whole number of at least 0: current value is NaN'],
    ["no patience", { patience: 0 }, '"patience" must be a whole number of at least 1: current value is 0'],
    [
      "negative redirection",
      { redirectSteps: -1 },
      '"redirectSteps" must be a whole number of at least 0: current value is -1',
    ],
    [
      "keeping what there is not",
      { keep: "first" as "last" },
      '"keep" must be "last" or "best": current value is "first"',
    ],
    ["an unknown schedule", { schedule: { type: "linea" } }, 'There is no schedule of type "linea"'],
    ["half a seed", { seed: 0.5 }, '"seed" must be a whole number: current value is 0.5'],
    ["an unknown optimizer", { optimizer: { type: "adamm" } }, 'There is no optimizer of type "adamm"'],
    ["an unknown transform", { transforms: [{ type: "spin" }] }, 'There is no transform of type "spin"'],
    [
      "an unknown parameterization",
      { parameterization: { type: "pixels" } },
      'There is no parameterization of type "pixels"',
    ],
    [
      "a bad rate",
      { optimizer: { type: "gradient", learningRate: -1 } },
      '"learningRate" must be a number of at least 0: current value is -1',
    ],
    ["an unknown start", { start: "one" }, '"one" is no start'],
    ["a clip of 0", { clip: 0 }, '"clip" must be a number above 0: current value is 0'],
    ["no stream", { streams: [] }, "The list of streams is empty"],
    [
      "a stream that is no number",
      { streams: ["a"] as unknown as number[] },
      '"streams" must be a whole number: current value is "a"',
    ],
    ["no start", { start: [] }, "The list of starts is empty"],
    ["nothing to watch", { watch: { w: [] } }, 'The list of objectives to watch as "w" is empty'],
    ["a size of 0", { size: [0, 0] }, `${sizes}[0,0]`],
    ["a negative size", { size: [-4, 10] }, `${sizes}[-4,10]`],
    ["half a pixel", { size: [10.5, 10] }, `${sizes}[10.5,10]`],
    ["a size that is no number", { size: [Number.NaN, 10] }, `${sizes}[NaN,10]`],
    ["a size in words", { size: "128" as unknown as [number, number] }, `${sizes}"128"`],
    [
      "an image without channels",
      withImage(tensor("float32", new Float32Array(100), [10, 10])),
      'The picture "photo" has shape [10,10], not [channels, height, width]',
    ],
    [
      "a batch of images",
      withImage(tensor("float32", new Float32Array(300), [1, 3, 10, 10])),
      'The picture "photo" has shape [1,3,10,10], not [channels, height, width]',
    ],
    [
      "an image of bytes",
      withImage(tensor("uint8", new Uint8Array(100), [1, 10, 10])),
      'The picture "photo" is uint8, not float32',
    ],
    ["no image", withImage(undefined as unknown as Tensor), 'The picture "photo" is no tensor'],
    [
      "an image with a hole",
      withImage(tensor("float32", [0, Number.NaN, 1, 0], [1, 2, 2])),
      'The picture "photo" has a value that is no finite number: NaN',
    ],
  ])("for %s says so to both who iterate and who wait", async (_, options, message) => {
    const expected = { code: "bad-argument", message };
    await expect(maximize(model, target, options).result).rejects.toMatchObject(expected);
    const run = maximize(model, target, options);
    const iterate = async () => {
      for await (const _step of run) expect.fail("a step was taken");
    };
    await expect(iterate()).rejects.toMatchObject(expected);
    await expect(run.result).rejects.toMatchObject(expected);
  });

  it("for no target says so", async () => {
    await expect(maximize(model, []).result).rejects.toMatchObject({
      code: "bad-argument",
      message: "The list of targets is empty",
    });
  });

  it("at an image, for an input without height and width, says so", async () => {
    const flat = open(buildModel((op, x) => ({ y: op.mul(x, 2) }), { shape: [1, 5] }));
    const photo = tensor("float32", [0, 0, 0, 0], [1, 2, 2]);
    await expect(maximize(flat, layer({ layer: "y" }), withImage(photo)).result).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The picture "photo" cannot be the start of an input of shape [5], without height and width',
    });
  });

  it("for an operator without a rule names it", async () => {
    const without = { rules: { Relu: undefined } as unknown as VjpRules };
    await expect(maximize(model, target, without).result).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringContaining("no vjp rule for"),
    });
  });
});
