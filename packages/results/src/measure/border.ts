import { XstarError } from "@xstar/core";

/**
 * A copy of the image ([H, W] or [C, H, W], row-major) whose outermost `border` rows and columns are `value`. On 28 x 28
 * a border of 0 changes nothing, 13 leaves 2 x 2 pixels, 14 and more leave none.
 *
 * @example
 * const inner = zeroBorder(new Float32Array(28 * 28).fill(1), 28, 28, 4);
 */
export function zeroBorder(
  image: Float32Array,
  height: number,
  width: number,
  border: number,
  value = 0,
): Float32Array {
  if (!(Number.isInteger(border) && border >= 0)) {
    throw new XstarError("bad-argument", `A border is a whole number of pixels from 0, not ${border}`);
  }
  if (!(image.length % (height * width) === 0)) {
    throw new XstarError(
      "bad-argument",
      `${image.length} numbers are not a whole number of ${height} x ${width} planes`,
    );
  }
  return image.map((pixel, i) => {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    return Math.min(x, y, width - 1 - x, height - 1 - y) < border ? value : pixel;
  });
}
