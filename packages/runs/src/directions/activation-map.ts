import { XstarError, type Rng } from "@xstar/core";
import { meanOf, rowOf, stacked, type Rows } from "@xstar/results";
import { differing, type Fitted } from "./fitted.js";

/** Activations that are laid out, at most: the time grows with them. */
const most = 2000;

/**
 * A map of activations (Carter et al., 2019): UMAP lays them out in a plane, and a grid of `side` x `side` cells over it averages those of
 * each cell. Cells without activations are left out.
 */
export async function activationMap(rows: Rows, side: number, rng: Rng): Promise<Fitted> {
  const { UMAP } = await import("umap-js");
  const width = rows.data.length / rows.count;
  const order = Array.from(rng.split("shown").permutation(rows.count));
  const shown = differing(rows, order).slice(0, most);
  if (shown.length < 4)
    throw new XstarError("bad-data", `A map needs at least 4 activations, and only ${shown.length} differ`, {
      hint: "Give more pictures with --images",
    });
  const draws = rng.split("layout");
  const layout = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(15, shown.length - 1),
    minDist: 0.01,
    random: () => draws.uniform(),
  });
  const places = layout.fit(shown.map((i) => Array.from(rowOf(rows, i))));
  const axes = [0, 1].map((axis) => {
    const values = places.map((place) => place[axis]!).toSorted((a, b) => a - b);
    // a few activations that lie far out would squeeze all others
    const [low, high] = [values[Math.floor(0.01 * values.length)]!, values[Math.ceil(0.99 * values.length) - 1]!];
    return (place: number[]) =>
      Math.min(side - 1, Math.max(0, Math.floor((side * (place[axis]! - low)) / (high - low || 1))));
  });
  const members = new Map<number, number[]>();
  for (const [i, place] of places.entries()) {
    const cell = axes[1]!(place) * side + axes[0]!(place);
    members.set(cell, [...(members.get(cell) ?? []), shown[i]!]);
  }
  const cells = [...members].toSorted(([a], [b]) => a - b);
  return {
    vectors: stacked(
      cells.map(([, some]) => meanOf(rows, some)),
      width,
    ),
    cells: cells.map(([cell, some]) => [cell % side, Math.floor(cell / side), some.length]),
  };
}
