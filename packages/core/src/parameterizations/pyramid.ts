import { fixed, int } from "../define/fields.js";
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
      .reduceRight((coarse, fine) => op.add(fine, op.resize(coarse, fine.shape))),
});

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
