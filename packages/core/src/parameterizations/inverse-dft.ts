import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor, type Tensor } from "../tensor.js";
import { circle, halfWidth } from "./dft.js";

/**
 * The orthonormal inverse of the real Fourier transform as two matrix products: spectra [batch, channels, 2, height,
 * halfWidth(width)], real parts before imaginary ones, to pixels [batch, channels, height, width]. Imaginary parts of
 * what has to be real (frequency 0 and the highest one of an even length) do not count.
 */
export function inverseDft(op: Ops, spectra: Value, width: number): Value {
  const [batch, channels, , height, columns] = spectra.shape as [number, number, number, number, number];
  // height first: half as many columns as the picture, and each row then holds its real and its imaginary parts in turn
  const byRow = op.matMul(
    op.constant(rowsFrom(height), "rows"),
    op.reshape(spectra, [batch, channels, 2 * height, columns]),
  );
  const flat = op.reshape(byRow, [batch, channels, height, 2 * columns]);
  return op.matMul(flat, op.constant(columnsFrom(width), "columns"));
}

/** [2 height, 2 height]: (y, part) from (part, k), the complex e^(2 pi i k y / height). */
function rowsFrom(height: number): Tensor {
  const { cos, sin } = circle(height);
  const side = 2 * height;
  const scale = 1 / Math.sqrt(height);
  const data = new Float32Array(side * side);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < height; k++) {
      const turn = (k * y) % height;
      const [c, s] = [cos[turn]! * scale, sin[turn]! * scale];
      data[2 * y * side + k] = c;
      data[2 * y * side + height + k] = -s;
      data[(2 * y + 1) * side + k] = s;
      data[(2 * y + 1) * side + height + k] = c;
    }
  }
  return tensor("float32", data, [side, side]);
}

/** [2 columns, width]: x from (part, l); columns with a conjugate count twice. */
function columnsFrom(width: number): Tensor {
  const { cos, sin } = circle(width);
  const columns = halfWidth(width);
  const data = new Float32Array(2 * columns * width);
  for (let l = 0; l < columns; l++) {
    const scale = (l === 0 || 2 * l === width ? 1 : 2) / Math.sqrt(width);
    for (let x = 0; x < width; x++) {
      const turn = (l * x) % width;
      data[l * width + x] = cos[turn]! * scale;
      data[(columns + l) * width + x] = -sin[turn]! * scale;
    }
  }
  return tensor("float32", data, [2 * columns, width]);
}
