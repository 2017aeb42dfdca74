import { fixed, int } from "../define/fields.js";
import { adam, nadam } from "../optimizers/adaptive.js";
import { gradient } from "../optimizers/gradient.js";
import { fourier } from "../parameterizations/fourier.js";
import { maco } from "../parameterizations/maco.js";
import { pixel } from "../parameterizations/pixel.js";
import { crops, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { defineRecipe } from "./define-recipe.js";
import { squareWithin } from "./picture-size.js";

const stepsOf = (fallback: number) => int("steps to take", { fallback, min: 0 });
const sideOf = (fallback: number) =>
  int("height and width of the picture, in pixels; no more than the model takes where that is less than 128", {
    fallback,
    min: 8,
    max: 4096,
  });

export const article = defineRecipe({
  type: "article",
  doc: "The article: pixels without bounds, the plain gradient times 1, 10 steps",
  params: { steps: stepsOf(10) },
  options: ({ steps }) => ({
    steps,
    parameterization: pixel({}),
    transforms: [],
    optimizer: gradient({ learningRate: 1 }),
    redirect: 0,
  }),
});

/** Lucid cuts its windows smaller where these shift in place: the same views, with half the margin. */
export const lucid = defineRecipe({
  type: "lucid",
  doc: "Lucid's render_vis: Fourier with decorrelated colours, shifts, zooms and turns, Adam 0.05 (Olah et al., 2017)",
  params: { steps: stepsOf(512), size: sideOf(128) },
  options: ({ steps, size }, { shape }) => ({
    steps,
    ...squareWithin(size, shape),
    parameterization: fourier({}),
    transforms: [pad({ pixels: 6 }), jitter({ pixels: 4 }), scale({}), rotate({}), jitter({ pixels: 2 })],
    optimizer: adam({ learningRate: 0.05 }),
  }),
});

export const distill = defineRecipe({
  type: "distill",
  doc: "The settings of the article Feature Visualization in Distill: Fourier, larger shifts, smaller zooms, 2560 steps (Olah et al., 2017)",
  params: { steps: stepsOf(2560), size: sideOf(224) },
  options: ({ steps, size }, { shape }) => ({
    steps,
    ...squareWithin(size, shape),
    parameterization: fourier({}),
    transforms: [
      pad({ pixels: 4 }),
      jitter({ pixels: 8 }),
      scale({ factors: [1, 0.975, 1.025, 0.95, 1.05] }),
      rotate({ degrees: [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5] }),
      jitter({ pixels: 4 }),
    ],
    optimizer: adam({ learningRate: 0.05 }),
  }),
});

export const macoRecipe = defineRecipe({
  type: "maco",
  doc: "MaCo: only the phase of the spectrum is free, random windows with noise, NAdam (Fel et al., 2023)",
  params: {
    steps: stepsOf(256),
    size: sideOf(512),
    crops: int("windows a step", { fallback: 32, min: 1, max: 256 }),
    noise: fixed("standard deviation of the noise", { fallback: 0.08, min: 0 }),
  },
  options: ({ steps, size, crops: count, noise: deviation }, { shape }) => ({
    steps,
    ...squareWithin(size, shape),
    parameterization: maco({}),
    transforms: [crops({ count }), noise({ deviation })],
    optimizer: nadam({ learningRate: 1 }),
  }),
});
