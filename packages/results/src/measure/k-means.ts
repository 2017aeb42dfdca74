import type { Rng } from "@xstar/core";
import { meanOf, rowOf, type Rows } from "./rows.js";

const rounds = 30;

/** Rows in groups of near ones. */
export interface Groups {
  /** The group of each row. */
  readonly of: Int32Array;
  /** The mean of each group. */
  readonly centres: readonly Float32Array[];
}

/** Groups rows by the nearest of so many means (Lloyd), which begin far from each other (k-means++: Arthur and Vassilvitskii, 2007). */
export function kMeans(rows: Rows, count: number, rng: Rng): Groups {
  let centres = firstCentres(rows, count, rng);
  let of = new Int32Array(rows.count).fill(-1);
  for (let round = 0; round < rounds; round++) {
    const now = Int32Array.from({ length: rows.count }, (_, i) => nearest(rowOf(rows, i), centres));
    if (now.every((group, i) => group === of[i])) break;
    of = now;
    const members = centres.map((): number[] => []);
    of.forEach((group, i) => members[group]!.push(i));
    centres = centres.map((centre, i) => (members[i]!.length > 0 ? meanOf(rows, members[i]!) : centre));
  }
  return { of, centres };
}

/** Rows that are far from each other: the further from those before, the likelier. */
function firstCentres(rows: Rows, count: number, rng: Rng): Float32Array[] {
  const centres = [rowOf(rows, Math.floor(rng.uniform() * rows.count))];
  const distances = new Float64Array(rows.count).fill(Infinity);
  while (centres.length < count) {
    let sum = 0;
    for (let i = 0; i < rows.count; i++) {
      distances[i] = Math.min(distances[i]!, distance(rowOf(rows, i), centres.at(-1)!));
      sum += distances[i]!;
    }
    let left = rng.uniform() * sum;
    let chosen = distances.findIndex((one) => (left -= one) < 0);
    if (chosen < 0) chosen = Math.floor(rng.uniform() * rows.count);
    centres.push(rowOf(rows, chosen));
  }
  return centres;
}

function nearest(row: Float32Array, centres: readonly Float32Array[]): number {
  let [index, least] = [0, Infinity];
  for (const [i, centre] of centres.entries()) {
    const away = distance(row, centre);
    if (away < least) [index, least] = [i, away];
  }
  return index;
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
