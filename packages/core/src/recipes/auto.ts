import { int } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { abs, mul, sub } from "../objectives/combine.js";
import { l1 } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { linear } from "../optimizers/schedules.js";
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
  options({ steps }, { shape }) {
    // large steps that die out: they get as far as small ones in half the time, and settle
    const ascent = { steps, optimizer: adam({ learningRate: 0.1 }), schedule: linear({}) };
    if (shape.length !== 3) return { ...ascent, parameterization: pixel({}) };
    return {
      ...ascent,
      ...(isDrawing(shape) ? drawing(shape) : isSmall(shape) ? thumbnail(shape) : photograph(shape)),
    };
  },
  objective: (_, target, { shape }) => (isDrawing(shape) ? pricedInk(target) : target),
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
