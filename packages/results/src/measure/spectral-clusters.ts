import { createRng } from "@xstar/core";
import { kMeans } from "./k-means.js";
import { stacked } from "./rows.js";

/** Clusters that are told apart at most, and neighbours that a point is tied to. */
const [mostClusters, neighbours] = [5, 7];
const rounds = 200;
/** Ties of a group to the others that count as none. */
const slack = 0.01;

/** Points in clusters. */
export interface Clusters {
  /** The cluster of each point, from 0. */
  readonly of: readonly number[];
  readonly count: number;
}

/**
 * Points in clusters of any form: each is tied to its nearest, and what hangs together loosely is cut (spectral clustering of Ng, Jordan
 * and Weiss, 2001). How many there are is said by the largest gap of the eigenvalues,
 * by their ratio.
 */
export function spectralClusters(points: readonly ArrayLike<number>[]): Clusters {
  const n = points.length;
  if (n <= neighbours) return { of: points.map(() => 0), count: 1 };
  const affinity = normalizedAffinity(points);
  const most = Math.min(mostClusters + 1, n);
  const { values, vectors } = largestEigen(affinity, n, most);
  let count = 1;
  // how much weaker the next cut would be: a value of 1 is a group without any tie to the others
  const gapBehind = (k: number) => (1 - values[k]! + slack) / (1 - values[k - 1]! + slack);
  for (let k = 2; k < most; k++) if (gapBehind(k) > gapBehind(count)) count = k;
  const rows = points.map((_, i) => {
    const row = vectors.slice(0, count).map((vector) => vector[i]!);
    const length = Math.hypot(...row) || 1;
    return row.map((x) => x / length);
  });
  return { of: [...kMeans(stacked(rows, count), count, createRng(0).split("groups")).of], count };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
};

/** D^-1/2 W D^-1/2 of the graph of nearest neighbours, row by row. */
function normalizedAffinity(points: readonly ArrayLike<number>[]): Float64Array {
  const n = points.length;
  const weights = new Float64Array(n * n);
  points.forEach((point, i) => {
    const nearest = points
      .map((other, j) => ({ j, far: distance(point, other) }))
      .filter(({ j }) => j !== i)
      .toSorted((a, b) => a.far - b.far || a.j - b.j)
      .slice(0, neighbours);
    for (const { j } of nearest) {
      weights[i * n + j]! += 0.5;
      weights[j * n + i]! += 0.5;
    }
  });
  const degrees = points.map((_, i) => weights.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0));
  return weights.map((x, at) => x / Math.sqrt(degrees[Math.floor(at / n)]! * degrees[at % n]!));
}

/** The largest eigenvalues of a symmetric matrix with values from -1 to 1, and their vectors: all iterated together. */
function largestEigen(matrix: Float64Array, n: number, count: number) {
  let vectors = Array.from({ length: count }, (_, k) => Array.from(createRng(0).split(k).normals(n)));
  // half of the matrix and half of the identity: no eigenvalue is negative
  const times = (v: readonly number[]) =>
    v.map((x, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * v[j]!;
      return (sum + x) / 2;
    });
  for (let round = 0; round < rounds; round++) vectors = orthonormal(vectors.map(times));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const found = vectors.map((vector) => ({ vector, value: 2 * dot(vector, times(vector)) - 1 }));
  const sorted = found.toSorted((a, b) => b.value - a.value);
  return { values: sorted.map(({ value }) => value), vectors: sorted.map(({ vector }) => vector) };
}

/** Vectors made unit and upright to those before them (Gram and Schmidt). */
function orthonormal(vectors: readonly number[][]): number[][] {
  const made: number[][] = [];
  for (const vector of vectors) {
    let rest = vector;
    for (const one of made) {
      const share = rest.reduce((sum, x, i) => sum + x * one[i]!, 0);
      rest = rest.map((x, i) => x - share * one[i]!);
    }
    const length = Math.hypot(...rest) || 1;
    made.push(rest.map((x) => x / length));
  }
  return made;
}
