import { defineTransform } from "../define/transform.js";
import { fixed, int, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import { size, type Shape } from "../tensor.js";
import { naturalNoise } from "../starts/natural-noise.js";

/**
 * Adds noise to every pixel: normal, and even between two bounds besides (as in MaCo, Fel et al., 2023).
 *
 * @example
 * noise({ deviation: 0.05 });
 */
export const noise = defineTransform({
  type: "noise",
  example: { deviation: 0.05 },
  doc: "Adds noise to every pixel: normal, and even between two bounds besides (as in MaCo, Fel et al., 2023)",
  params: {
    deviation: fixed("standard deviation of the normal part, in picture units", { fallback: 0.05, min: 0 }),
    uniform: fixed("largest change by the even part, in picture units", { fallback: 0, min: 0 }),
  },
  // views of a picture see windows of one field of noise: to draw one for each would take a sixth of MaCo's time
  share: (p, shape, rng) => drawNoise(p, fieldShape(shape), rng),
  sample(p, shape, rng, field) {
    const data = field ? windowOf(field, shape, rng) : drawNoise(p, shape, rng);
    return { noise: { dtype: "float32", shape, data } };
  },
  build: (_, picture, { noise: drawn }, op) => op.add(picture, drawn!),
});

function drawNoise(p: { deviation: number; uniform: number }, shape: Shape, rng: Rng): Float32Array {
  const data = rng.normals(size(shape), 0, p.deviation);
  if (p.uniform > 0) for (let i = 0; i < data.length; i++) data[i]! += p.uniform * (2 * rng.uniform() - 1);
  return data;
}

/** Of the field for views of a shape: twice their height and width. */
const fieldShape = (shape: Shape): Shape => shape.map((length, i) => (i === 0 ? length : 2 * length));

/** A random window of `shape` [channels, height, width] in the field for it. */
function windowOf(field: Float32Array, shape: Shape, rng: Rng): Float32Array {
  const [channels, height, width] = shape as [number, number, number];
  const [top, left] = [rng.int(height + 1), rng.int(width + 1)];
  const data = new Float32Array(size(shape));
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const from = (c * 2 * height + top + y) * 2 * width + left;
      data.set(field.subarray(from, from + width), (c * height + y) * width);
    }
  }
  return data;
}

/**
 * Changes brightness and contrast: value = (value - 0.5) x contrast + 0.5 + brightness, drawn for each picture.
 *
 * @example
 * lighting();
 */
export const lighting = defineTransform({
  type: "lighting",
  example: {},
  doc: "Changes brightness and contrast: value = (value - 0.5) x contrast + 0.5 + brightness, drawn for each picture",
  params: {
    brightness: fixed("largest change of the brightness, in picture units", { fallback: 0.1, min: 0 }),
    contrast: fixed("largest change of the contrast, as a share", { fallback: 0.1, min: 0, max: 1 }),
  },
  sample(p, shape, rng) {
    const draw = (middle: number, largest: number) => ({
      dtype: "float32" as const,
      shape: shape.map(() => 1),
      data: rng.uniforms(1, middle - largest, middle + largest),
    });
    return { brightness: draw(0.5, p.brightness), contrast: draw(1, p.contrast) };
  },
  build: (_, picture, { brightness, contrast }, op) => op.add(op.mul(op.sub(picture, 0.5), contrast!), brightness!),
});

/** Pixels on each side of the middle of a blur. */
const radiusOf = (p: { radius: number | undefined; smallest: number; largest: number }) =>
  p.radius ?? Math.max(1, Math.ceil(3 * Math.max(p.smallest, p.largest)));

/**
 * Blurs with a Gaussian of a random width; beyond the edge lies its nearest pixel.
 *
 * @example
 * blur({ largest: 2 });
 */
export const blur = defineTransform({
  type: "blur",
  example: { largest: 2 },
  doc: "Blurs with a Gaussian of a random width; beyond the edge lies its nearest pixel",
  params: {
    smallest: fixed("least standard deviation, in pixels", { fallback: 1, min: 0.01 }),
    largest: fixed("greatest standard deviation, in pixels", { fallback: 1.1, min: 0.01 }),
    radius: optional(int("pixels on each side of the middle; three deviations when left out", { min: 1, max: 256 })),
  },
  sample(p, _, rng) {
    const [sigma] = rng.uniforms(1, p.smallest, p.largest);
    const radius = radiusOf(p);
    const bell = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
      Math.exp(-((i - radius) ** 2) / (2 * sigma! ** 2)),
    );
    const total = bell.reduce((a, b) => a + b, 0);
    return { weights: { dtype: "float32", shape: [bell.length], data: Float32Array.from(bell, (x) => x / total) } };
  },
  build(p, picture, { weights }, op) {
    if (picture.rank !== 4)
      throw new XstarError(
        "bad-argument",
        `The transform "blur" does not fit an input of shape [${picture.shape}]: it has no height and width`,
        { hint: "Leave it out, or change the values by noise or lighting" },
      );
    const [n, channels, height, width] = picture.shape as [number, number, number, number];
    const radius = radiusOf(p);
    const side = 2 * radius + 1;
    const group = n * channels;
    const margin = [0, 0, radius, radius];
    // every channel of every picture is a channel of one convolution: each picture has its own weights
    const each = op.expand(op.reshape(weights!, [n, 1, side]), [n, channels, side]);
    const padded = op.reshape(op.pad(picture, margin, margin, "edge"), [
      1,
      group,
      height + 2 * radius,
      width + 2 * radius,
    ]);
    const down = op.conv(padded, op.reshape(each, [group, 1, side, 1]), { group });
    return op.reshape(op.conv(down, op.reshape(each, [group, 1, 1, side]), { group }), picture.shape);
  },
});

/** Colours on a background, as much as they are opaque. */
export function blend(op: Ops, colours: Value, opacity: Value, background: Value | number): Value {
  return op.add(op.mul(op.sub(colours, background), opacity), background);
}

/**
 * Lays a picture that has an opacity on random noise that falls as 1 / frequency, as natural pictures do, so that only what
 * is opaque can be relied on (Mordvintsev et al., 2018).
 *
 * @example
 * background();
 */
export const background = defineTransform({
  type: "background",
  example: {},
  fillsTransparency: true,
  doc: "Lays a picture that has an opacity on random noise that falls as 1 / frequency, as natural pictures do, so that only what is opaque can be relied on (Mordvintsev et al., 2018)",
  params: {
    deviation: fixed("standard deviation of the noise about grey, in picture units", { fallback: 0.2, min: 0 }),
  },
  sample: (p, shape, rng) => {
    const [all, height, width] = shape as [number, number, number];
    const [channels, plane] = [all - 1, height * width];
    const data = new Float32Array(channels * plane);
    for (let c = 0; c < channels; c++) {
      const shade = (x: number) => Math.min(Math.max(0.5 + p.deviation * x, 0), 1);
      data.set(naturalNoise(height, width, rng).map(shade), c * plane);
    }
    return { background: { dtype: "float32", shape: [channels, height, width], data } };
  },
  build(_, picture, { background: drawn }, op) {
    const channels = picture.shape[1]!;
    const [colours, opacity] = op.split(picture, [channels - 1, 1], 1);
    return blend(op, colours!, opacity!, drawn!);
  },
});
