import type { Value } from "../ir/graph.js";

/** The axes of one picture's variables: all but the first, which is the batch. */
export const ownAxes = (x: Value): number[] => x.shape.slice(1).map((_, i) => i + 1);
