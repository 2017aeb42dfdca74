import { defineTransform, type TransformDefinition } from "../define/define.js";
import { fixed, int } from "../define/fields.js";
import { size, tensor } from "../tensor.js";

export const jitter = defineTransform({
  type: "jitter",
  doc: "Shifts the picture by up to so many pixels each way, repeating its edge, against features that hang on one alignment",
  params: { pixels: int("largest shift", { fallback: 4, min: 0 }) },
  sample(p, shape, rng) {
    const indices = (length: number) => {
      const shift = rng.int(2 * p.pixels + 1) - p.pixels;
      return tensor(
        "int64",
        Array.from({ length }, (_, i) => Math.min(Math.max(i + shift, 0), length - 1)),
      );
    };
    return { rows: indices(shape[2]!), columns: indices(shape[3]!) };
  },
  build: (_, picture, { rows, columns }, op) => op.gather(op.gather(picture, rows!, 2), columns!, 3),
});

export const noise = defineTransform({
  type: "noise",
  doc: "Adds normal noise to every pixel",
  params: { deviation: fixed("standard deviation, in picture units", { fallback: 0.05, min: 0 }) },
  sample: (p, shape, rng) => ({ noise: { dtype: "float32", shape, data: rng.normals(size(shape), 0, p.deviation) } }),
  build: (_, picture, { noise: drawn }, op) => op.add(picture, drawn!),
});

/** Every transform, by type. */
export const transforms: Readonly<Record<string, TransformDefinition<any>>> = { jitter, noise };
