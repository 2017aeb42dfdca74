import { fixed, int } from "../define/fields.js";
import { adam, nadam } from "../optimizers/adaptive.js";
import { gradient } from "../optimizers/gradient.js";
import { fourier } from "../parameterizations/fourier.js";
import { maco } from "../parameterizations/maco.js";
import { pixel } from "../parameterizations/pixel.js";
import { crops, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { defineRecipe } from "../define/recipe.js";
import type { Shape } from "../tensor.js";
import { publishedPicture } from "./published-picture.js";

const stepsOf = (fallback: number) => int("steps to take", { fallback, min: 0 });
const sideOf = (fallback: number) =>
  int("height and width of the picture, in pixels; no more than the model takes where that is less than 128", {
    fallback,
    min: 8,
    max: 4096,
  });

/**
 * The article: pixels without bounds, the plain gradient times 1, 10 steps.
 *
 * @example
 * recipes.article();
 */
export const article = defineRecipe({
  type: "article",
  example: {},
  doc: "The article: pixels without bounds, the plain gradient times 1, 10 steps",
  params: { steps: stepsOf(10) },
  options: ({ steps }) => ({
    steps,
    parameterization: pixel({}),
    transforms: [],
    optimizer: gradient({ learningRate: 1 }),
    redirectSteps: 0,
  }),
});

/**
 * How Lucid draws. It cuts its windows smaller where these shift in place: the same views, with half the margin.
 *
 * @param usual the side for which its shifts are meant
 */
export function lucidOptions(name: string, { steps, size: side }: LucidSettings, shape: Shape, usual: number) {
  const { size, share } = publishedPicture(name, side, shape, usual);
  return {
    steps,
    ...size,
    parameterization: fourier({}),
    transforms: [
      pad({ pixels: share(6) }),
      jitter({ pixels: share(4) }),
      scale({}),
      rotate({}),
      jitter({ pixels: share(2) }),
    ],
    optimizer: adam({ learningRate: 0.05 }),
  };
}

interface LucidSettings {
  readonly steps: number;
  readonly size: number;
}

/**
 * Lucid's render_vis: Fourier with decorrelated colours, shifts (in shares of the side), zooms and turns, Adam 0.05 (Olah et
 * al., 2017).
 *
 * @example
 * recipes.lucid({ steps: 256 });
 */
export const lucid = defineRecipe({
  type: "lucid",
  example: { steps: 256 },
  doc: "Lucid's render_vis: Fourier with decorrelated colours, shifts (in shares of the side), zooms and turns, Adam 0.05 (Olah et al., 2017)",
  params: { steps: stepsOf(512), size: sideOf(128) },
  options: (settings, { shape }) => lucidOptions("lucid", settings, shape, 128),
});

/**
 * The settings of the article Feature Visualization in Distill: Fourier, larger shifts, smaller zooms, 2560 steps (Olah et
 * al., 2017).
 *
 * @example
 * recipes.distill();
 */
export const distill = defineRecipe({
  type: "distill",
  example: {},
  doc: "The settings of the article Feature Visualization in Distill: Fourier, larger shifts, smaller zooms, 2560 steps (Olah et al., 2017)",
  params: { steps: stepsOf(2560), size: sideOf(224) },
  options({ steps, size: side }, { shape }) {
    const { size, share } = publishedPicture("distill", side, shape, 224);
    return {
      steps,
      ...size,
      parameterization: fourier({}),
      transforms: [
        pad({ pixels: share(4) }),
        jitter({ pixels: share(8) }),
        scale({ factors: [1, 0.975, 1.025, 0.95, 1.05] }),
        rotate({ degrees: [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5] }),
        jitter({ pixels: share(4) }),
      ],
      optimizer: adam({ learningRate: 0.05 }),
    };
  },
});

/**
 * MaCo: only the phase of the spectrum is free, random windows with noise, NAdam (Fel et al., 2023).
 *
 * @example
 * recipes.maco();
 */
export const macoRecipe = defineRecipe({
  type: "maco",
  example: {},
  doc: "MaCo: only the phase of the spectrum is free, random windows with noise, NAdam (Fel et al., 2023)",
  params: {
    steps: stepsOf(256),
    size: sideOf(512),
    crops: int("windows a step", { fallback: 32, min: 1, max: 256 }),
    noise: fixed("standard deviation of the noise, in picture units; half as much to each side is added evenly", {
      fallback: 0.04,
      min: 0,
    }),
  },
  options: ({ steps, size: side, crops: count, noise: deviation }, { shape }) => ({
    steps,
    ...publishedPicture("maco", side, shape).size,
    parameterization: maco({}),
    // published as 0.08 and 0.04 of values from -1 to 1
    transforms: [crops({ count }), noise({ deviation, uniform: deviation / 2 })],
    optimizer: nadam({ learningRate: 1 }),
  }),
});
