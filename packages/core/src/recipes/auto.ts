import { int } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { abs, mul, sub } from "../objectives/combine.js";
import { l1 } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { linear } from "../optimizers/schedules.js";
import { natural, normal } from "../starts/starts.js";
import { fourier } from "../parameterizations/fourier.js";
import { pixel } from "../parameterizations/pixel.js";
import type { Shape } from "../tensor.js";
import { jitter, pad, rotate, scale } from "../transforms/affine.js";
import { defineRecipe, type RecipeOptions } from "../define/recipe.js";
import { isSmall, squareWithin } from "./picture-size.js";

/**
 * Looks at what the model takes, and chooses what gives a good picture on it. docs/recipes.md has what was measured for these
 * numbers.
 *
 * @example
 * recipes.auto();
 */
export const auto = defineRecipe({
  type: "auto",
  example: {},
  doc: "Looks at what the model takes, and chooses what gives a good picture on it",
  params: { steps: int("steps to take", { fallback: 256, min: 0 }) },
  options({ steps }, { shape, holds }) {
    // large steps that die out: they get as far as small ones in half the time, and settle
    const climb = { steps, optimizer: adam({ learningRate: 0.1 }), schedule: linear({}) };
    switch (holds?.kind) {
      case "audio":
        return { ...climb, ...signal(shape[holds.time! - 1]!, [-1, 1]) };
      case "series":
        // standardized signals mostly stay within three deviations
        return { ...climb, ...signal(shape[holds.time! - 1]!, [-3, 3]) };
      case "video":
        return {
          ...climb,
          parameterization: fourier({ decay: 1.2, color: "none" }),
          transforms: gentle(shape.slice(-3), 0.03),
        };
      case "embedding":
        return { ...climb, parameterization: pixel({}), start: normal({ mean: 0, deviation: 0.1 }) };
      case "table":
        return { ...climb, parameterization: pixel({}) };
      default:
    }
    return { ...climb, ...(isDrawing(shape) ? drawing(shape) : isSmall(shape) ? thumbnail(shape) : photograph(shape)) };
  },
  objective: (_, target, { shape, holds }) =>
    holds?.kind === "picture" && isDrawing(shape) ? pricedInk(target) : target,
});

/** Ink costs a share of the target's size, whatever its scale and sign: strokes that add little stay black. */
const pricedInk = (target: Spec) => sub(target, mul(abs(target), l1({})));

/** Small and grey: digits, letters and doodles, bright strokes on black. */
const isDrawing = (shape: Shape) => isSmall(shape) && shape[0] === 1 && shorterSide(shape) <= 32;

function drawing(shape: Shape): RecipeOptions {
  const pixels = shareOf(shape, 0.07);
  return {
    parameterization: fourier({ decay: 1.5 }),
    transforms: [pad({ pixels, value: 0 }), jitter({ pixels }), scale({}), rotate({})],
  };
}

/** Longer prime factors of a signal's length make its Fourier transform too large. */
const largestFactor = 512;

/** In the frequencies that a signal has, of which the lower count a little more: without the buzz that only this network hears. */
function signal(length: number, range: readonly [number, number]): RecipeOptions {
  const samples = Math.max(1, Math.round(length * 0.008));
  const transforms = [jitter({ pixels: samples }), scale({ factors: [0.95, 0.975, 1, 1.025, 1.05] })];
  if (largestPrimeFactor(length) > largestFactor)
    return { parameterization: pixel({ range }), start: natural({ mean: 0, deviation: 0.05 }), transforms };
  return { parameterization: fourier({ decay: 0.5, range, color: "none" }), transforms };
}

function largestPrimeFactor(n: number): number {
  let rest = n;
  for (let factor = 2; factor * factor <= rest; factor++) while (rest > factor && rest % factor === 0) rest /= factor;
  return rest;
}

/** Small: every pixel counts, and shapes need help against stripes. */
function thumbnail(shape: Shape): RecipeOptions {
  return { parameterization: fourier({ decay: 1.5 }), transforms: gentle(shape, 0.03) };
}

/** Drawn a little coarser than the network looks, so that no pixel can flicker. */
function photograph(shape: Shape): RecipeOptions {
  const coarser = 5 / 7;
  return {
    ...squareWithin(Math.round(shorterSide(shape) * coarser), shape),
    parameterization: fourier({ decay: 1.2 }),
    transforms: gentle(shape, 0.03 * coarser),
  };
}

/** Half of Lucid's zooms and turns, about the transforms of Distill's article. */
function gentle(shape: Shape, share: number) {
  const pixels = shareOf(shape, share);
  return [
    pad({ pixels }),
    jitter({ pixels }),
    scale({ factors: [0.95, 0.975, 1, 1.025, 1.05] }),
    rotate({ degrees: [-5, -2.5, 0, 2.5, 5] }),
  ];
}

function shorterSide([, height, width]: Shape): number {
  return Math.min(height!, width!);
}

function shareOf(shape: Shape, share: number): number {
  return Math.max(1, Math.round(shorterSide(shape) * share));
}
