import { fixed, int } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor, type Shape } from "../tensor.js";
import { normals } from "../starts/random.js";
import { defineSpatial, spatialShape } from "./spatial.js";

/**
 * A Laplacian pyramid: the sum of layers of which each has half the height and width of the one before (Burt and Adelson
 * 1983).
 *
 * @example
 * pyramid({ levels: 4 });
 */
export const pyramid = defineSpatial({
  type: "pyramid",
  example: { levels: 4 },
  doc: "A Laplacian pyramid: the sum of layers of which each has half the height and width of the one before (Burt and Adelson 1983)",
  params: {
    levels: int("number of layers; fewer where a layer of one pixel is reached", { min: 1, fallback: 4 }),
    deviation: fixed("standard deviation of the first layers", { min: 0, fallback: 0.01 }),
  },
  initial: ({ levels, deviation }, shape, rngs) =>
    Object.fromEntries(levelShapes(shape, levels).map((one, i) => [`level${i}`, normals(one, rngs, deviation)])),
  invert: ({ levels }, pixels) =>
    Object.fromEntries(
      levelShapes(pixels.shape, levels).map((shape, i) => [
        `level${i}`,
        i === 0 ? pixels : tensor("float32", new Float32Array(size(shape)), shape),
      ]),
    ),
  pixels: ({ levels }, state, { op, shape }) =>
    levelShapes(shape, levels)
      .map((_, i) => state[`level${i}`]!)
      .reduceRight((coarse, fine) => op.add(fine, finer(op, coarse, fine.shape))),
});

/** A layer at the size of the one below. */
function finer(op: Ops, coarse: Value, to: Shape): Value {
  return to[2] === 1 ? doubled(op, coarse, to[3]!) : op.resize(coarse, to);
}

/** Rows at twice their length, cut to `length`: linear between their samples, without the large matrix of a general resizing. */
function doubled(op: Ops, row: Value, length: number): Value {
  const half = row.shape[3]!;
  if (length === 1) return row;
  const part = (from: number, until: number) => op.sliceAxis(row, 3, from, until);
  const [first, last] = [part(0, 1), part(half - 1, half)];
  const before = half === 1 ? row : op.concat([first, part(0, half - 1)], 3);
  const after = half === 1 ? row : op.concat([part(1, half), last], 3);
  const own = op.mul(row, 0.75);
  const pairs = [before, after].map((one) => op.reshape(op.add(own, op.mul(one, 0.25)), [...row.shape, 1]));
  return op.sliceAxis(op.reshape(op.concat(pairs, 4), row.shape.with(3, 2 * half)), 3, 0, length);
}

/** Of the layers, finest first. */
function levelShapes(shape: Shape, levels: number): Shape[] {
  const [batch, channels, height, width] = spatialShape(shape);
  const shapes = [[batch, channels, height, width]];
  while (shapes.length < levels) {
    const [, , h, w] = shapes.at(-1)! as [number, number, number, number];
    if (h === 1 && w === 1) break;
    shapes.push([batch, channels, Math.ceil(h / 2), Math.ceil(w / 2)]);
  }
  return shapes;
}
