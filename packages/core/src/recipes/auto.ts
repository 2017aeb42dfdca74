import { int, optional } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { abs, mul, sub } from "../objectives/combine.js";
import { l1 } from "../objectives/penalty.js";
import { adam, hypergradient, nadam } from "../optimizers/adaptive.js";
import { cooldown, linear } from "../optimizers/schedules.js";
import { normal } from "../starts/starts.js";
import { fourier } from "../parameterizations/fourier.js";
import { pixel } from "../parameterizations/pixel.js";
import { pyramid } from "../parameterizations/pyramid.js";
import type { Shape } from "../tensor.js";
import { jitter, pad, rotate, scale } from "../transforms/affine.js";
import { defineRecipe, type RecipeOptions } from "../define/recipe.js";
import { isSmall } from "./picture-size.js";

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
  params: {
    steps: optional(
      int(
        "steps to take (default: 64 for large pictures, 160 where all targets are classes, 96 for small ones of colours, 256 for all else)",
        {
          min: 0,
        },
      ),
    ),
  },
  options({ steps }, { shape, holds, gradientFree, ofClasses }) {
    const ascent = patient(steps);
    switch (holds?.kind) {
      case "audio":
        return { ...ascent, ...signal(shape[holds.time! - 1]!, [-1, 1]) };
      case "series":
        // standardized signals mostly stay within three deviations
        return { ...ascent, ...signal(shape[holds.time! - 1]!, [-3, 3]) };
      case "video":
        return {
          ...ascent,
          parameterization: fourier({ decay: 1.2, color: "none" }),
          transforms: gentle(shape.slice(-3), 0.03),
        };
      case "embedding":
        return { ...ascent, parameterization: pixel({}), start: normal({ mean: 0, deviation: 0.1 }) };
      case "table":
        return { ...ascent, parameterization: pixel({}) };
      default:
    }
    if (isDrawing(shape)) return { ...ascent, ...drawing(shape) };
    if (isSmall(shape)) return { ...large(steps), ...thumbnail(shape) };
    if (ofClasses && !gradientFree)
      return { ...large(steps ?? 160, linear({ end: 0.2 })), ...photograph(shape), transforms: fromNearAndFar(shape) };
    if (!gradientFree) return { ...found(steps), ...photograph(shape) };
    const size = coarse(shape);
    return { ...large(steps), ...photograph([shape[0]!, ...size]), size };
  },
  objective: (_, target, { shape, holds }) =>
    holds?.kind === "picture" && isDrawing(shape) ? pricedInk(target) : target,
});

/** Steps that die out, and settle. */
const patient = (steps = 256) => ({ steps, optimizer: adam({ learningRate: 0.1 }), schedule: linear({}) });

/** Large steps that remember little. */
const large = (steps = 96, schedule: Spec<"schedule"> = cooldown({})) => ({
  steps,
  optimizer: nadam({ learningRate: 0.2 }),
  schedule,
});

/** Steps of a size that the target finds by itself, and that settle in the end. */
const found = (steps = 64) => ({ steps, optimizer: hypergradient({}), schedule: cooldown({}) });

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

/** In layers from slow to fast: tones that other networks hear, too, where single samples draw the ripple of this one alone. */
function signal(length: number, range: readonly [number, number]): RecipeOptions {
  return {
    parameterization: pyramid({ range, color: "none" }),
    transforms: [jitter({ pixels: Math.max(1, Math.round(length * 0.008)) })],
  };
}

/** Small: every pixel counts, and shapes need help against stripes. */
function thumbnail(shape: Shape): RecipeOptions {
  return { parameterization: fourier({ decay: 1.5 }), transforms: gentle(shape, 0.03) };
}

function photograph(shape: Shape): RecipeOptions {
  return { parameterization: fourier({ decay: 1.2 }), transforms: gentle(shape, 0.022) };
}

/** Few variables, enlarged: estimates of many are mostly noise. */
function coarse([, height, width]: Shape): readonly [height: number, width: number] {
  return [Math.round(height! / 4), Math.round(width! / 4)];
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

/** What is a class at many sizes is one for other networks, too. */
function fromNearAndFar(shape: Shape) {
  const pixels = shareOf(shape, 0.054);
  return [
    pad({ pixels }),
    jitter({ pixels }),
    scale({ factors: [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6] }),
    rotate({ degrees: [-5, -2.5, 0, 2.5, 5] }),
  ];
}

function shorterSide([, height, width]: Shape): number {
  return Math.min(height!, width!);
}

function shareOf(shape: Shape, share: number): number {
  return Math.max(1, Math.round(shorterSide(shape) * share));
}
