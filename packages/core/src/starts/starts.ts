import type { Table } from "../define/definition.js";
import { XstarError } from "../errors.js";
import { defineStart, type StartDefinition } from "../define/start.js";
import { asset, data, fixed } from "../define/fields.js";
import { naturalNoise } from "./natural-noise.js";
import { size, type Shape } from "../tensor.js";

/**
 * Every pixel the same.
 *
 * @example
 * starts.constant({ value: 0.5 });
 */
export const constant = defineStart({
  type: "constant",
  example: { value: 0.5 },
  doc: "Every pixel the same",
  params: { value: fixed("the value, in picture units (0 black, 1 white)", { fallback: 0.5 }) },
  fill: (p, shape) => new Float32Array(size(shape)).fill(p.value),
  level: (p) => p.value,
});

/**
 * Every pixel drawn evenly between two values.
 *
 * @example
 * starts.uniform({ low: 0.4, high: 0.6 });
 */
export const uniform = defineStart({
  type: "uniform",
  example: { low: 0.4, high: 0.6 },
  doc: "Every pixel drawn evenly between two values",
  params: { low: fixed("lowest value", { fallback: 0 }), high: fixed("highest value", { fallback: 1 }) },
  fill: (p, shape, rng) => rng.uniforms(size(shape), p.low, p.high),
});

/**
 * Every pixel drawn from a normal distribution.
 *
 * @example
 * starts.normal({ deviation: 0.1 });
 */
export const normal = defineStart({
  type: "normal",
  example: { deviation: 0.1 },
  doc: "Every pixel drawn from a normal distribution",
  params: { mean: fixed("mean", { fallback: 0.5 }), deviation: fixed("standard deviation", { fallback: 0.1, min: 0 }) },
  fill: (p, shape, rng) => rng.normals(size(shape), p.mean, p.deviation),
});

/**
 * Noise as natural pictures have it: amplitudes fall as 1 / frequency, for each channel by itself.
 *
 * @example
 * starts.natural({ deviation: 0.2 });
 */
export const natural = defineStart({
  type: "natural",
  example: { deviation: 0.2 },
  doc: "Noise as natural pictures have it: amplitudes fall as 1 / frequency, for each channel by itself",
  params: {
    mean: fixed("mean", { fallback: 0.5 }),
    deviation: fixed("standard deviation", { fallback: 0.1, min: 0 }),
  },
  fill(p, shape, rng) {
    if (shape.length !== 3) throw noPlane("Natural noise", shape);
    const [channels, height, width] = shape as [number, number, number];
    const values = new Float32Array(size(shape));
    for (let c = 0; c < channels; c++) {
      const plane = naturalNoise(height, width, rng).map((x) => p.mean + p.deviation * x);
      values.set(plane, c * height * width);
    }
    return values;
  },
});

/**
 * Given pixels: a picture, or the result of an earlier run.
 *
 * @example
 * starts.array({ values: [0, 0.5, 1] });
 */
export const array = defineStart({
  type: "array",
  example: { values: [0, 0.5, 1] },
  doc: "Given pixels: a picture, or the result of an earlier run",
  params: { values: data("channels x height x width values, in picture units; a channel more is the opacity") },
  fill(p, shape) {
    const withOpacity = shape.length === 3 ? size(shape) + size(shape.slice(1)) : undefined;
    if (p.values.length === size(shape) || p.values.length === withOpacity) return Float32Array.from(p.values);
    throw new XstarError(
      "bad-argument",
      `The start picture has ${p.values.length} values, but the model's picture [${shape}] has ${size(shape)}`,
    );
  },
});

/**
 * A picture that is given by name, resized.
 *
 * @example
 * starts.image({ image: "photo" });
 */
export const image = defineStart({
  type: "image",
  example: { image: "photo" },
  doc: "A picture that is given by name, resized",
  params: { image: asset("image", "the picture") },
  fill(p, shape, _, assets) {
    if (shape.length !== 3) throw noPlane(`The picture "${p.image}"`, shape);
    const [channels, height, width] = shape as [number, number, number];
    const found = assets.image(p.image, height, width);
    if (found.shape[0] === channels) return Float32Array.from(found.data as Float32Array);
    throw new XstarError(
      "bad-argument",
      `The picture "${p.image}" has ${found.shape[0]} channels, but the model's picture has ${channels}`,
    );
  },
});

function noPlane(what: string, shape: Shape): XstarError {
  const problem = `${what} cannot be the start of an input of shape [${shape}], without height and width`;
  return new XstarError("bad-argument", problem);
}

/** Every start, by type. */
export const starts = {
  constant,
  uniform,
  normal,
  natural,
  array,
  image,
} satisfies Table<StartDefinition>;
