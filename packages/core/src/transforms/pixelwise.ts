import { defineTransform } from "../define/define.js";
import { fixed } from "../define/fields.js";
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
