import { XstarError } from "@xstar/core";

type Vector = ArrayLike<number>;

/**
 * Pearson's correlation of two vectors of one length, from -1 to 1; null where it is not defined: a vector is constant
 * (nothing varies, so nothing varies together) or has an element that is not finite.
 *
 * @example
 * correlate([1, 2, 3], [2, 4, 6]); // 1
 */
export function correlate(a: Vector, b: Vector): number | null {
  return correlationMatrix([a, b])[0]![1]!;
}

/**
 * The correlation of each vector with each: symmetric, with ones on the diagonal, null where it is not defined.
 *
 * @example
 * correlationMatrix([[1, 2], [2, 1]]); // [[1, -1], [-1, 1]]
 */
export function correlationMatrix(vectors: readonly Vector[]): (number | null)[][] {
  requireOneLength(vectors);
  const units = vectors.map(standardize);
  return fillSymmetric(units.length, (i, j) => {
    const [a, b] = [units[i]!, units[j]!];
    return i === j && a ? 1 : correlateUnits(a, b);
  });
}

/**
 * Pearson's correlation of two vectors that `standardize` gave: of many pairs, each vector is standardized once.
 *
 * @example
 * correlateUnits(standardize([1, 2, 3]), standardize([3, 2, 1])); // -1
 */
export function correlateUnits(a: Float64Array | null, b: Float64Array | null): number | null {
  return a && b ? Math.min(1, Math.max(-1, dot(a, b))) : null;
}

/**
 * The Euclidean (L2) distance of two vectors of one length.
 *
 * @example
 * measureDistance([0, 0], [3, 4]); // 5
 */
export function measureDistance(a: Vector, b: Vector): number {
  requireOneLength([a, b]);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** The Euclidean distance of each vector from each: symmetric, with zeros on the diagonal. */
export function distanceMatrix(vectors: readonly Vector[]): number[][] {
  return fillSymmetric(vectors.length, (i, j) => measureDistance(vectors[i]!, vectors[j]!));
}

/**
 * The vector moved to mean 0 and scaled to length 1; null when it is constant or not finite.
 *
 * @example
 * standardize([1, 2, 3]);
 */
export function standardize(vector: Vector): Float64Array | null {
  // Seen from its first element, a constant vector is exactly 0, whatever its mean would round to.
  const origin = vector[0] ?? 0;
  const unit = new Float64Array(vector.length);
  let sum = 0;
  for (let i = 0; i < unit.length; i++) sum += unit[i] = vector[i]! - origin;
  const mean = sum / unit.length;
  for (let i = 0; i < unit.length; i++) unit[i]! -= mean;
  const length = Math.sqrt(dot(unit, unit));
  for (let i = 0; i < unit.length; i++) unit[i]! /= length;
  return length > 0 && length < Infinity ? unit : null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function fillSymmetric<T>(size: number, entry: (i: number, j: number) => T): T[][] {
  const rows: T[][] = [];
  for (let i = 0; i < size; i++) {
    rows.push(Array.from({ length: size }, (_, j) => (j < i ? rows[j]![i]! : entry(i, j))));
  }
  return rows;
}

function requireOneLength(vectors: readonly Vector[]): void {
  const lengths = [...new Set(vectors.map((vector) => vector.length))];
  if (lengths.length > 1) {
    throw new XstarError("bad-argument", `Vectors to compare must have one length, not ${lengths.join(" and ")}`);
  }
}
