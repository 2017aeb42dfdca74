import { drawNormal } from "./math/ziggurat.js";

/**
 * A seeded, splittable generator: the only source of randomness in xstar.
 *
 * The stream is xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32, so that a seed gives the same
 * numbers on every machine. `split(key)` gives an independent stream that depends only on the seed and the key, so
 * step 100 can be drawn without drawing steps 0 to 99 first.
 */
export interface Rng {
  /** A number in [0, 1) with 24 random bits: exact in float32. */
  uniform(): number;
  /** A whole number in [0, n). */
  int(n: number): number;
  /** A number from the standard normal distribution (Box-Muller). */
  normal(): number;
  /** `count` float32 numbers in [low, high). */
  uniforms(count: number, low?: number, high?: number): Float32Array;
  /** `count` float32 numbers from the normal distribution (ziggurat: noise is drawn for every pixel of a step). */
  normals(count: number, mean?: number, deviation?: number): Float32Array;
  /** The numbers 0 to n-1 in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array;
  /** An independent generator for `key`. */
  split(key: string | number): Rng;
}

/**
 * A generator of random numbers: equal seeds give equal numbers on every machine. Streams that are split off do not touch each
 * other.
 *
 * @example
 * const rng = createRng(7);
 * rng.uniform(); // from 0 to 1
 * rng.split("start").normals(100); // Float32Array, mean 0, deviation 1
 */
export function createRng(seed: number): Rng {
  return fromState(Math.floor(seed) >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
}

function fromState(low: number, high: number): Rng {
  let [a, b, c, d] = [splitmix(low, 1), splitmix(low, 2), splitmix(high, 3), splitmix(high, 4)];
  const next = () => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return scrambled;
  };
  let spare: number | undefined;
  const rng: Rng = {
    uniform: () => (next() >>> 8) / 2 ** 24,
    int: (n) => Math.floor((next() / 2 ** 32) * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
      const angle = 2 * Math.PI * rng.uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    uniforms: (count, lowest = 0, highest = 1) => fill(count, () => lowest + (highest - lowest) * rng.uniform()),
    normals: (count, mean = 0, deviation = 1) => fill(count, () => mean + deviation * drawNormal(next)),
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = rng.int(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    split: (key) => fromState(hash(String(key), low ^ 0x811c9dc5), hash(String(key), high ^ 0x01000193)),
  };
  return rng;
}

/** As Float32Array.from would, in a fraction of the time: pictures of noise are drawn at every step. */
function fill(count: number, draw: () => number): Float32Array {
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = draw();
  return data;
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Number `i` of the splitmix32 stream of a seed. */
function splitmix(seed: number, i: number): number {
  let z = (seed + Math.imul(i, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/**
 * FNV-1a over UTF-16 code units, with a final avalanche so that similar keys give unrelated streams. The parent's state is
 * the basis, so that the order of splits counts.
 */
function hash(text: string, basis: number): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
