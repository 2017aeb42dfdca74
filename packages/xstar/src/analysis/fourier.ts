/** Some of the elements of an array. */
interface Line {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/**
 * The discrete Fourier transform of complex numbers along a line, in place: X[k] = sum x[n] exp(-2 pi i k n / N). Any
 * length; fast where it is a product of small primes (Cooley and Tukey 1965).
 */
export function transform(re: Float64Array, im: Float64Array, { start, stride, length }: Line): void {
  const pick = (from: Float64Array) => Float64Array.from({ length }, (_, i) => from[start + i * stride]!);
  const result = transformed({ re: pick(re), im: pick(im) });
  for (let i = 0; i < length; i++) {
    re[start + i * stride] = result.re[i]!;
    im[start + i * stride] = result.im[i]!;
  }
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function transformed(x: Complex): Complex {
  const length = x.re.length;
  if (length === 1) return x;
  const factor = smallestFactor(length);
  const parts = Array.from({ length: factor }, (_, r) => transformed(every(x, r, factor)));
  const [re, im] = [new Float64Array(length), new Float64Array(length)];
  const part = length / factor;
  const turns = rotations(length);
  for (let k = 0; k < length; k++) {
    for (let r = 0; r < factor; r++) {
      const at = (k * r) % length;
      const [c, s] = [turns.re[at]!, turns.im[at]!];
      const [a, b] = [parts[r]!.re[k % part]!, parts[r]!.im[k % part]!];
      re[k]! += a * c - b * s;
      im[k]! += a * s + b * c;
    }
  }
  return { re, im };
}

function every({ re, im }: Complex, from: number, step: number): Complex {
  const pick = (x: Float64Array) => Float64Array.from({ length: x.length / step }, (_, i) => x[from + i * step]!);
  return { re: pick(re), im: pick(im) };
}

function smallestFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
}

const known = new Map<number, Complex>();

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
