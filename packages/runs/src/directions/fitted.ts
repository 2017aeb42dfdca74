import { rowOf, type Rows } from "@xstar/results";

/** Directions of a layer, or places of its activations. */
export interface Fitted {
  /** A vector for each: how far activations go along it is their dot product with it. */
  readonly vectors: Rows;
  /** For a map, the column and the row of each, and how many of the activations are there. */
  readonly cells?: readonly (readonly [column: number, row: number, count: number])[];
}

/** A vector at length 1; zeros stay zeros. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((x) => x / length) : vector;
}

/** Those of some rows that no other one before is equal to: where nothing is seen, activations are the same, and would count more than all others. */
export function differing(rows: Rows, some: readonly number[]): number[] {
  const known = new Set<string>();
  return some.filter((i) => {
    const text = rowOf(rows, i).join();
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
}
