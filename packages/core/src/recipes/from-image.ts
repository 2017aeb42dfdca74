import { asset, fixed, int, layer, optional } from "../define/fields.js";
import { accentuation as accentuationObjective, caricature as caricatureObjective } from "../objectives/image.js";
import { XstarError } from "../errors.js";
import { adam } from "../optimizers/adaptive.js";
import { normalized } from "../optimizers/gradient.js";
import { fourier } from "../parameterizations/fourier.js";
import { pixel } from "../parameterizations/pixel.js";
import { image as imageStart, natural } from "../starts/starts.js";
import { crops, jitter } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { defineRecipe } from "../define/recipe.js";
import { lucidOptions } from "./published.js";
import { publishedPicture } from "./published-picture.js";

/**
 * DeepDream: an image (or clouds of natural noise) in which a whole layer is seen; not octave after octave, but at all of
 * them in every step, as windows of so many sizes (Mordvintsev et al., 2015).
 *
 * @example
 * recipes.deepdream({ image: "photo" });
 */
export const deepdream = defineRecipe({
  type: "deepdream",
  example: { image: "photo" },
  doc: "DeepDream: an image (or clouds of natural noise) in which a whole layer is seen; not octave after octave, but at all of them in every step, as windows of so many sizes (Mordvintsev et al., 2015)",
  params: {
    image: optional(asset("image", "the picture to begin with")),
    steps: int("steps to take", { fallback: 100, min: 0 }),
    size: int("shorter side of the picture, in pixels; the image is cut to the form that the model takes", {
      fallback: 448,
      min: 8,
      max: 4096,
    }),
    octaves: int("sizes of the windows at which the network looks in every step, the largest being the whole picture", {
      fallback: 3,
      min: 1,
      max: 8,
    }),
    ratio: fixed("from one octave to the next", { fallback: 1.4, min: 1 }),
  },
  options({ image, steps, size: side, octaves, ratio }, { shape }) {
    const { size, share } = publishedPicture("deepdream", side, shape, 448);
    return {
      steps,
      ...size,
      start: image === undefined ? natural({}) : imageStart({ image }),
      parameterization: pixel({ range: [0, 1] }),
      transforms: [
        jitter({ pixels: share(16) }),
        crops({ count: octaves, largest: 1, smallest: ratio ** (1 - octaves), spread: 0, centre: 0.3 }),
      ],
      optimizer: normalized({ learningRate: 0.01 }),
    };
  },
});

/**
 * What a layer makes of an image, exaggerated: the target is a whole LAYER (Lucid's caricature, with power 1 here).
 *
 * @example
 * recipes.caricature({ image: "photo" });
 */
export const caricature = defineRecipe({
  type: "caricature",
  example: { image: "photo" },
  doc: "What a layer makes of an image, exaggerated: the target is a whole LAYER (Lucid's caricature, with power 1 here)",
  params: {
    image: asset("image", "the image to draw"),
    power: fixed("how much the angle counts: 1 keeps nearer to the image, 0 is the dot product alone, as in Lucid", {
      fallback: 1,
      min: 0,
    }),
    steps: int("steps to take", { fallback: 512, min: 0 }),
    size: int("shorter side of the picture, in pixels; the image is cut to the form that the model takes", {
      fallback: 224,
      min: 8,
      max: 4096,
    }),
  },
  options: (settings, { shape }) => lucidOptions("caricature", settings, shape, 224),
  objective({ image, power }, target) {
    if (target.type === "layer") {
      const { layer: name, model: further } = target as { layer?: string; model?: string };
      return caricatureObjective({ layer: name!, model: further, image, power });
    }
    throw new XstarError(
      "bad-argument",
      `The recipe "caricature" needs a whole layer as its target, not "${target.type}"`,
      {
        hint: "Give the name of a layer alone, without a channel",
      },
    );
  },
});

/**
 * What in an image excites a target, brought out while a layer keeps the rest as it is (Hamblin et al., 2024).
 *
 * @example
 * recipes.accentuation({ image: "photo", layer: "conv2" });
 */
export const accentuation = defineRecipe({
  type: "accentuation",
  example: { image: "photo", layer: "conv2" },
  doc: "What in an image excites a target, brought out while a layer keeps the rest as it is (Hamblin et al., 2024)",
  params: {
    image: asset("image", "the image to begin with, and to stay near"),
    layer: layer("the layer in which the picture stays near the image"),
    model: optional(asset("model", "the further model that has the layer; the first one when left out")),
    weight: fixed("how much the distance costs", { fallback: 1, min: 0 }),
    steps: int("steps to take", { fallback: 100, min: 0 }),
    size: int("shorter side of the picture, in pixels; the image is cut to the form that the model takes", {
      fallback: 512,
      min: 8,
      max: 4096,
    }),
    crops: int("windows a step", { fallback: 16, min: 1, max: 256 }),
  },
  options: ({ image, steps, size: side, crops: count }, { shape }) => ({
    steps,
    ...publishedPicture("accentuation", side, shape).size,
    start: imageStart({ image }),
    parameterization: fourier({}),
    // published as 0.02 of values from -2 to 2
    transforms: [crops({ count, largest: 0.99, smallest: 0.05, spread: 0.05 }), noise({ deviation: 0.005 })],
    optimizer: adam({ learningRate: 0.05 }),
  }),
  objective: ({ image, layer: name, model, weight }, target) =>
    accentuationObjective({ target, image, layer: name, model, weight }),
});
