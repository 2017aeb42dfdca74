import type { Picture } from "./picture.js";
import { checkPlanes, type Planes } from "./planes.js";

/**
 * A picture whose longer side is at most `side`: means of squares of a whole number of pixels; incomplete ones are left out.
 *
 * @example
 * const preview = shrinkPlanes(planesOf(image.pixels), 64);
 */
export function shrinkPlanes(x: Planes, side: number): Planes {
  const { channels, height, width } = checkPlanes(x);
  const factor = Math.ceil(Math.max(height, width) / side);
  if (factor === 1) return x;
  const { rows, columns, meanAt } = squaresOf(height, width, factor);
  const data = new Float32Array(channels * rows * columns);
  for (let at = 0; at < data.length; at++) {
    const [channel, row, column] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    data[at] = meanAt(row, column, (y, i) => x.data[(channel * height + y) * width + i]!);
  }
  return { shape: [...x.shape.slice(0, -2), rows, columns], data };
}

/**
 * A picture made smaller by a whole number, likewise.
 *
 * @example
 * const half = shrinkPicture(image.toRgba(), 2);
 */
export function shrinkPicture(picture: Picture, factor: number): Picture {
  if (factor <= 1) return picture;
  const { rows, columns, meanAt } = squaresOf(picture.height, picture.width, factor);
  const data = new Uint8ClampedArray(rows * columns * 4);
  for (let at = 0; at < data.length; at++) {
    const [channel, column, row] = [at % 4, Math.floor(at / 4) % columns, Math.floor(at / 4 / columns)];
    data[at] = meanAt(row, column, (y, i) => picture.data[4 * (y * picture.width + i) + channel]!);
  }
  return { width: columns, height: rows, data };
}

/** The squares of `factor` x `factor` pixels that a picture is cut into, at least one; thin pictures have thin ones. */
function squaresOf(height: number, width: number, factor: number) {
  const [high, wide] = [Math.min(factor, height), Math.min(factor, width)];
  return {
    rows: Math.max(1, Math.floor(height / factor)),
    columns: Math.max(1, Math.floor(width / factor)),
    meanAt(row: number, column: number, numberAt: (y: number, x: number) => number): number {
      let sum = 0;
      for (let y = row * factor; y < row * factor + high; y++)
        for (let x = column * factor; x < column * factor + wide; x++) sum += numberAt(y, x);
      return sum / (high * wide);
    },
  };
}
