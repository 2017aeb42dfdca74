/**
 * The two-dimensional real Fourier transform with orthonormal scaling, x = 1/sqrt(hw) sum S e^(2 pi i (ky/h + lx/w)), of
 * which the columns l from 0 to w/2 are kept: the others are their conjugates.
 */

/** Number of columns kept for a width. */
export const halfWidth = (width: number) => Math.floor(width / 2) + 1;

/** Real and imaginary parts of `rows` x `columns` numbers. */
export interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** The orthonormal spectrum [height, halfWidth(width)] of one channel [height, width]. */
export function spectrumOf(pixels: ArrayLike<number>, height: number, width: number): Complex {
  const columns = halfWidth(width);
  const result = zeros(height * columns);
  for (let y = 0; y < height; y++) {
    const row = zeros(width);
    for (let x = 0; x < width; x++) row.real[x] = pixels[y * width + x]!;
    const found = transform(row);
    result.real.set(found.real.subarray(0, columns), y * columns);
    result.imaginary.set(found.imaginary.subarray(0, columns), y * columns);
  }
  const scale = 1 / Math.sqrt(height * width);
  for (let l = 0; l < columns; l++) {
    const found = transform(every(result, columns, l));
    for (let k = 0; k < height; k++) {
      result.real[k * columns + l] = found.real[k]! * scale;
      result.imaginary[k * columns + l] = found.imaginary[k]! * scale;
    }
  }
  return result;
}

const zeros = (n: number): Complex => ({ real: new Float64Array(n), imaginary: new Float64Array(n) });

/** Numbers `first`, `first + step`, `first + 2 step`, ... */
function every({ real, imaginary }: Complex, step: number, first: number): Complex {
  const result = zeros(real.length / step);
  for (let i = 0; i < result.real.length; i++) {
    result.real[i] = real[i * step + first]!;
    result.imaginary[i] = imaginary[i * step + first]!;
  }
  return result;
}

/** The forward transform of any length: by its smallest prime factor, each part by itself (Cooley and Tukey 1965). */
function transform(x: Complex): Complex {
  const n = x.real.length;
  const parts = smallestFactor(n);
  if (parts === 1) return x;
  const length = n / parts;
  const { cos, sin } = circle(n);
  const result = zeros(n);
  for (let r = 0; r < parts; r++) {
    const { real, imaginary } = transform(every(x, parts, r));
    for (let k = 0; k < n; k++) {
      const [re, im] = [real[k % length]!, imaginary[k % length]!];
      const turn = (r * k) % n;
      result.real[k]! += re * cos[turn]! + im * sin[turn]!;
      result.imaginary[k]! += im * cos[turn]! - re * sin[turn]!;
    }
  }
  return result;
}

function smallestFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
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
