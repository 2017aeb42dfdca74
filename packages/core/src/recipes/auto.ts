import { int } from "../define/fields.js";
import { adam } from "../optimizers/adaptive.js";
import { fourier } from "../parameterizations/fourier.js";
import { jitter, pad, rotate, scale } from "../transforms/affine.js";
import { linear } from "../optimizers/schedules.js";
import { pixel } from "../parameterizations/pixel.js";
import { defineRecipe } from "./define-recipe.js";

export const auto = defineRecipe({
  type: "auto",
  doc: "Looks at what the model takes, and chooses what gives a good picture on it",
  params: { steps: int("steps to take", { fallback: 256, min: 0 }) },
  options({ steps }, { shape }) {
    if (shape.length !== 3) return { steps, parameterization: pixel({}), optimizer: adam({ learningRate: 0.05 }) };
    const [, height, width] = shape as [number, number, number];
    // shifts of the same share of the picture, whatever its size
    const share = (of: number) => Math.max(1, Math.round(Math.min(height, width) * of));
    return {
      steps,
      parameterization: fourier({}),
      transforms: [pad({ pixels: share(0.04) }), jitter({ pixels: share(0.03) }), scale({}), rotate({})],
      optimizer: adam({ learningRate: 0.1 }),
      schedule: linear({}),
    };
  },
});
