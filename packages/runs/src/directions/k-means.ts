import type { Rng } from "@xstar/core";
import type { Rows } from "@xstar/results";
import { meanOf, rowOf, stacked, unit, type Fitted } from "./fitted.js";

const rounds = 30;

/**
 * Groups of activations (k-means, begun as k-means++ does). Each direction leads from the mean of all activations to that of a group, so
 * that what all have in common is in none.
 */
export function kMeans(rows: Rows, count: number, rng: Rng): Fitted {
  const width = rows.data.length / rows.count;
  let centres = firstCentres(rows, count, rng);
  let groups = new Int32Array(rows.count).fill(-1);
  for (let round = 0; round < rounds; round++) {
    const now = Int32Array.from({ length: rows.count }, (_, i) => nearest(rowOf(rows, i), centres));
    if (now.every((group, i) => group === groups[i])) break;
    groups = now;
    const members = centres.map((): number[] => []);
    groups.forEach((group, i) => members[group]!.push(i));
    centres = centres.map((centre, i) => (members[i]!.length > 0 ? meanOf(rows, members[i]!) : centre));
  }
  const mean = meanOf(rows, Array(rows.count).keys());
  return {
    vectors: stacked(
      centres.map((centre) => unit(centre.map((x, at) => x - mean[at]!))),
      width,
    ),
  };
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
