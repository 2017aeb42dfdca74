import type { Node, Value } from "./graph.js";
import { valuesFromOutside } from "./inline.js";

/** What they give, and whether they end, depends on the values inside: they are unrolled or folded where that is possible. */
export const controlFlow: ReadonlySet<string> = new Set(["If", "Loop", "Scan"]);

/** Inputs of which the elements, not only the shapes, decide the shape of a result. */
const deciding: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  Compress: [1],
  ConstantOfShape: [0],
  DFT: [1, 2],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1],
  NonMaxSuppression: [0, 1, 2, 3, 4],
  NonZero: [0],
  OneHot: [1],
  Pad: [1, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [1, 2, 3],
  SequenceAt: [1],
  SequenceErase: [1],
  SequenceInsert: [2],
  Slice: [1, 2, 3, 4],
  Split: [1],
  SplitToSequence: [1],
  Squeeze: [1],
  STFT: [1, 3],
  StringSplit: [0],
  Tile: [1],
  TopK: [1],
  Unique: [0],
  Unsqueeze: [1],
  Upsample: [1],
};

/** The inputs of a node whose elements decide the shape of what it gives. */
export function decidingInputs(node: Node): Value[] {
  if (node.domain !== "") return [];
  if (controlFlow.has(node.opType)) return valuesFromOutside(node);
  const places = node.opType.startsWith("Reduce") ? [1] : (deciding[node.opType] ?? []);
  return places.flatMap((i) => node.inputs[i] ?? []);
}
