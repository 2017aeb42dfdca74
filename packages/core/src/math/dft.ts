import { fourierTransform } from "./fourier-transform.js";

/**
 * The two-dimensional real Fourier transform with orthonormal scaling, x = 1/sqrt(hw) sum S e^(2 pi i (ky/h + lx/w)), of
 * which the columns l from 0 to w/2 are kept: the others are their conjugates.
 */

/**
 * Number of columns kept for a width.
 *
 * @example
 * halfWidth(224); // 113
 */
export const halfWidth = (width: number) => Math.floor(width / 2) + 1;

/** Real and imaginary parts of `rows` x `columns` numbers. */
export interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The orthonormal spectrum [height, halfWidth(width)] of one channel [height, width].
 *
 * @example
 * const { real, imaginary } = spectrumOf([1, 2, 3, 4], 2, 2);
 */
export function spectrumOf(pixels: ArrayLike<number>, height: number, width: number): Complex {
  const re = Float64Array.from(pixels);
  const im = new Float64Array(re.length);
  for (let y = 0; y < height; y++) fourierTransform(re, im, { start: y * width, stride: 1, length: width });
  const columns = halfWidth(width);
  for (let x = 0; x < columns; x++) fourierTransform(re, im, { start: x, stride: width, length: height });
  const scale = 1 / Math.sqrt(height * width);
  const kept = (all: Float64Array) =>
    Float64Array.from(
      { length: height * columns },
      (_, i) => all[Math.floor(i / columns) * width + (i % columns)]! * scale,
    );
  return { real: kept(re), imaginary: kept(im) };
}

const circles = new Map<number, { cos: Float64Array; sin: Float64Array }>();

/** Cosines and sines of 2 pi i / n. */
export function circle(n: number): { cos: Float64Array; sin: Float64Array } {
  const known = circles.get(n);
  if (known) return known;
  const angle = (i: number) => (2 * Math.PI * i) / n;
  const made = {
    cos: Float64Array.from({ length: n }, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from({ length: n }, (_, i) => Math.sin(angle(i))),
  };
  circles.set(n, made);
  return made;
}

/** Frequency of each kept coefficient in cycles per pixel, [height, halfWidth(width)]. */
export function frequencies(height: number, width: number): Float64Array {
  const columns = halfWidth(width);
  return new Float64Array(height * columns).map((_, i) => {
    const k = Math.floor(i / columns);
    return Math.hypot(Math.min(k, height - k) / height, (i % columns) / width);
  });
}
