/** Some of the elements of an array. */
export interface Line {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/**
 * The discrete Fourier transform of complex numbers along a line, in place: X[k] = sum x[n] exp(-2 pi i k n / N). Any
 * length; fast where it is a product of small primes (Cooley and Tukey 1965).
 *
 * @param re real parts
 * @param im imaginary parts, as many
 *
 * @example
 * const [re, im] = [Float64Array.of(1, 2, 3, 4), new Float64Array(4)];
 * fourierTransform(re, im, { start: 0, stride: 1, length: 4 }); // re is now [10, -2, -2, -2]
 */
export function fourierTransform(re: Float64Array, im: Float64Array, line: Line): void {
  const { start, stride, length } = line;
  const result = { re: new Float64Array(length), im: new Float64Array(length) };
  transformInto(result, 0, { re, im }, line);
  for (let i = 0; i < length; i++) {
    re[start + i * stride] = result.re[i]!;
    im[start + i * stride] = result.im[i]!;
  }
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Writes the transform of a line of `x` to `to`, from `at` on. */
function transformInto(to: Complex, at: number, x: Complex, { start, stride, length }: Line): void {
  if (length === 1) {
    to.re[at] = x.re[start]!;
    to.im[at] = x.im[start]!;
    return;
  }
  const factor = smallestFactor(length);
  const part = length / factor;
  for (let r = 0; r < factor; r++)
    transformInto(to, at + r * part, x, { start: start + r * stride, stride: stride * factor, length: part });
  const turns = rotations(length);
  const parts = partsOf(factor);
  for (let first = 0; first < part; first++) {
    for (let r = 0; r < factor; r++) {
      parts.re[r] = to.re[at + r * part + first]!;
      parts.im[r] = to.im[at + r * part + first]!;
    }
    for (let k = first; k < length; k += part) {
      let re = 0;
      let im = 0;
      for (let r = 0, turn = 0; r < factor; r++) {
        const c = turns.re[turn]!;
        const s = turns.im[turn]!;
        const a = parts.re[r]!;
        const b = parts.im[r]!;
        re += a * c - b * s;
        im += a * s + b * c;
        turn += k;
        if (turn >= length) turn -= length;
      }
      to.re[at + k] = re;
      to.im[at + k] = im;
    }
  }
}

function smallestFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
}

const known = new Map<number, Complex>();

const rooms = new Map<number, Complex>();

/** Room for the numbers of one sum, which is used up before the next one. */
function partsOf(factor: number): Complex {
  const kept = rooms.get(factor);
  if (kept) return kept;
  const made = { re: new Float64Array(factor), im: new Float64Array(factor) };
  rooms.set(factor, made);
  return made;
}

/** exp(-2 pi i k / length) for every k. */
function rotations(length: number): Complex {
  const kept = known.get(length);
  if (kept) return kept;
  const angle = (k: number) => (-2 * Math.PI * k) / length;
  const made = {
    re: Float64Array.from({ length }, (_, k) => Math.cos(angle(k))),
    im: Float64Array.from({ length }, (_, k) => Math.sin(angle(k))),
  };
  known.set(length, made);
  return made;
}
