import type { Value } from "../ir/graph.js";

/** How much is read of an axis as long as the input decides: as many boxes as detectors usually give. */
export const frameLength = 300;

/** Whether a value stands for one of another shape, which the input decides. */
export const isFramed = ({ node, type }: Value): boolean =>
  node?.opType === "Pad" && type !== undefined && node.inputs[0]!.type === undefined;
