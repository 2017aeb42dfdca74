import { type Graph, type Node, type Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";

/** What is the same for every input of the same shape. */
export interface FixedValues {
  /** Values of which the elements are. */
  readonly elements: ReadonlySet<Value>;
  /** Values of which the shape is. */
  readonly shapes: ReadonlySet<Value>;
}

/** Operators whose result's shape depends on the elements, not only on the shapes, of what they read; or that may not end. */
const dataShaped: ReadonlySet<string> = new Set([
  "NonZero",
  "Unique",
  "Compress",
  "NonMaxSuppression",
  "Loop",
  "If",
  "Scan",
  "StringSplit",
]);

const randomTypes: ReadonlySet<string> = new Set([
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Bernoulli",
  "Multinomial",
]);

/** Inputs of which the elements, not only the shapes, decide the shape of a result. */
const deciding: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  DFT: [1, 2],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1],
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
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/** The inputs of a node whose elements decide the shape of what it gives. */
export function decidingInputs(node: Node): Value[] {
  if (node.domain !== "") return [];
  if (dataShaped.has(node.opType)) return valuesRead(node);
  const places = node.opType.startsWith("Reduce") ? [1] : (deciding[node.opType] ?? []);
  return places.flatMap((i) => node.inputs[i] ?? []);
}

/** Finds them from the operators alone. */
export function findFixedValues(graph: Graph): FixedValues {
  const elements = new Set<Value>();
  const shapes = new Set<Value>(graph.inputs);
  const fixed = (value: Value) => value.constant !== undefined || elements.has(value);
  for (const node of graph.nodes) {
    const reads = valuesRead(node);
    const allFixed = reads.every(fixed) && !randomTypes.has(node.opType) && ends(node);
    const readsShapeOnly = node.domain === "" && (node.opType === "Shape" || node.opType === "Size");
    const shapesFixed =
      reads.every((value) => fixed(value) || shapes.has(value)) &&
      (allFixed || (decidingInputs(node).every(fixed) && !dataShaped.has(node.opType)));
    for (const output of node.outputs) {
      if (!output) continue;
      if (allFixed || (readsShapeOnly && shapesFixed)) elements.add(output);
      if (shapesFixed) shapes.add(output);
    }
  }
  return { elements, shapes };
}

/** False for loops, which are unrolled where that is possible, and for what ONNX Runtime is known never to finish. */
function ends(node: Node): boolean {
  return node.opType !== "Loop";
}
