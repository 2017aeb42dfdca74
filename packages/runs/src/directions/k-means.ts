import type { Rng } from "@xstar/core";
import { kMeans, meanOf, stacked, type Rows } from "@xstar/results";
import { unit, type Fitted } from "./fitted.js";

/**
 * Groups of activations. Each direction leads from the mean of all activations to that of a group, so that what all have in common is in
 * none.
 */
export function groupsOf(rows: Rows, count: number, rng: Rng): Fitted {
  const { centres } = kMeans(rows, count, rng);
  const mean = meanOf(rows, Array(rows.count).keys());
  return {
    vectors: stacked(
      centres.map((centre) => unit(centre.map((x, at) => x - mean[at]!))),
      rows.data.length / rows.count,
    ),
  };
}
