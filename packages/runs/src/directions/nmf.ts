import type { Rng } from "@xstar/core";
import { rowOf, stacked, type Rows } from "@xstar/results";
import { unit, type Fitted } from "./fitted.js";

const rounds = 60;
const tiny = 1e-9;

/**
 * Parts that activations are sums of: non-negative matrix factorization by multiplicative updates (Lee and Seung, 2001). What is less than
 * zero counts as zero.
 */
export function factorize(rows: Rows, count: number, rng: Rng): Fitted {
  const width = rows.data.length / rows.count;
  const x = rows.data.map((value) => Math.max(0, value));
  const scale = Math.sqrt(x.reduce((a, b) => a + b, 0) / x.length / count) || 1;
  const random = (length: number) => Float32Array.from({ length }, () => scale * (0.2 + rng.uniform()));
  const [amounts, parts] = [random(rows.count * count), random(count * width)];
  for (let round = 0; round < rounds; round++) {
    const gram = products(parts, parts, { count, other: count, width });
    updateRows(amounts, products(x, parts, { count: rows.count, other: count, width }), gram, count);
    const [turned, turnedX] = [transposed(amounts, count), transposed(x, width)];
    const own = products(turned, turned, { count, other: count, width: rows.count });
    const wanted = products(turnedX, turned, { count: width, other: count, width: rows.count });
    const turnedParts = transposed(parts, width);
    updateRows(turnedParts, wanted, own, count);
    parts.set(transposed(turnedParts, count));
  }
  const vectors = { count, data: parts };
  return {
    vectors: stacked(
      Array.from({ length: count }, (_, i) => unit(rowOf(vectors, i))),
      width,
    ),
  };
}

interface Sizes {
  readonly count: number;
  readonly other: number;
  readonly width: number;
}

/** Dot products of the rows of two matrices, [count, other]. */
function products(a: Float32Array, b: Float32Array, { count, other, width }: Sizes): Float32Array {
  const result = new Float32Array(count * other);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < other; j++) {
      let sum = 0;
      for (let at = 0; at < width; at++) sum += a[i * width + at]! * b[j * width + at]!;
      result[i * other + j] = sum;
    }
  return result;
}

/** Each row [count] times what it should be over what it is. */
function updateRows(rows: Float32Array, wanted: Float32Array, gram: Float32Array, count: number): void {
  const before = new Float32Array(count);
  for (let first = 0; first < rows.length; first += count) {
    before.set(rows.subarray(first, first + count));
    for (let i = 0; i < count; i++) {
      let is = tiny;
      for (let j = 0; j < count; j++) is += before[j]! * gram[j * count + i]!;
      rows[first + i]! *= wanted[first + i]! / is;
    }
  }
}

function transposed(data: Float32Array, width: number): Float32Array {
  const count = data.length / width;
  const result = new Float32Array(data.length);
  for (let i = 0; i < count; i++) for (let at = 0; at < width; at++) result[at * count + i] = data[i * width + at]!;
  return result;
}
