import { defineTransform } from "../define/define.js";
import { fixed, int, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size } from "../tensor.js";

export const noise = defineTransform({
  type: "noise",
  doc: "Adds normal noise to every pixel",
  params: { deviation: fixed("standard deviation, in picture units", { fallback: 0.05, min: 0 }) },
  sample: (p, shape, rng) => ({ noise: { dtype: "float32", shape, data: rng.normals(size(shape), 0, p.deviation) } }),
  build: (_, picture, { noise: drawn }, op) => op.add(picture, drawn!),
});

export const lighting = defineTransform({
  type: "lighting",
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

export const blur = defineTransform({
  type: "blur",
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

export const background = defineTransform({
  type: "background",
  doc: "Lays a picture that has an opacity on random noise, so that only what is opaque can be relied on",
  params: {
    deviation: fixed("standard deviation of the noise about grey, in picture units", { fallback: 0.2, min: 0 }),
  },
  sample: (p, shape, rng) => {
    const own = [shape[0]! - 1, ...shape.slice(1)];
    const data = rng.normals(size(own), 0.5, p.deviation).map((x) => Math.min(Math.max(x, 0), 1));
    return { background: { dtype: "float32", shape: own, data } };
  },
  build(_, picture, { background: drawn }, op) {
    const channels = picture.shape[1]!;
    const [colours, opacity] = op.split(picture, [channels - 1, 1], 1);
    return blend(op, colours!, opacity!, drawn!);
  },
});
