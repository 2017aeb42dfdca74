import type { Rows } from "@xstar/results";

/** Directions of a layer, or places of its activations. */
export interface Fitted {
  /** A vector for each: how far activations go along it is their dot product with it. */
  readonly vectors: Rows;
  /** For a map, the column and the row of each, and how many of the activations are there. */
  readonly cells?: readonly (readonly [column: number, row: number, count: number])[];
}

/** The numbers of one row. */
export const rowOf = ({ count, data }: Rows, i: number): Float32Array => {
  const width = data.length / count;
  return data.subarray(i * width, (i + 1) * width);
};

/** The mean of some rows. */
export function meanOf(rows: Rows, some: Iterable<number>): Float32Array {
  const mean = new Float64Array(rows.data.length / rows.count);
  let count = 0;
  for (const i of some) {
    const row = rowOf(rows, i);
    for (let at = 0; at < mean.length; at++) mean[at]! += row[at]!;
    count++;
  }
  return Float32Array.from(mean, (sum) => sum / Math.max(1, count));
}

/** One matrix of rows of one length. */
export function stacked(rows: readonly Float32Array[], width: number): Rows {
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return { count: rows.length, data };
}

/** A vector at length 1; zeros stay zeros. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((x) => x / length) : vector;
}
