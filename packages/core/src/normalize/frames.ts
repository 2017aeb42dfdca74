import { isFramed, type Value } from "../ir/graph.js";

/** How much is read of an axis as long as the input decides: as many boxes as detectors usually give. */
export const frameLength = 300;

/** How many layers are read in a frame, in a sentence where there are any. */
export function sayFrames(values: readonly Value[]): string[] {
  const count = values.filter(isFramed).length;
  if (count === 0) return [];
  const layers = count === 1 ? "1 layer is" : `${count} layers are`;
  return [`the input decides how long ${layers}: ${frameLength} places are read, and those that are not there hold 0`];
}
