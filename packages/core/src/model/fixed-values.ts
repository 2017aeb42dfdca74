import { constantNumbers, type Graph, type Node, type Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";

/** What is the same for every input of the same shape. */
export interface FixedValues {
  /** Values of which the elements are. */
  readonly elements: ReadonlySet<Value>;
  /** Values of which the shape is. */
  readonly shapes: ReadonlySet<Value>;
}

/** What they give, and whether they end, depends on the values inside: they are unrolled or folded where that is possible. */
const controlFlow: ReadonlySet<string> = new Set(["If", "Loop", "Scan"]);

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
  if (controlFlow.has(node.opType)) return valuesRead(node);
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
    const isRun = !controlFlow.has(node.qualifiedType) && !isEndless(node);
    const allFixed = isRun && reads.every(fixed) && !randomTypes.has(node.opType);
    const readsShapeOnly = node.domain === "" && (node.opType === "Shape" || node.opType === "Size");
    const shapesFixed =
      isRun && reads.every((value) => fixed(value) || shapes.has(value)) && decidingInputs(node).every(fixed);
    for (const output of node.outputs) {
      if (!output) continue;
      if (allFixed || (readsShapeOnly && shapesFixed)) elements.add(output);
      if (shapesFixed) shapes.add(output);
    }
  }
  return { elements, shapes };
}

/**
 * ONNX Runtime never finishes an inverse, one-sided DFT of one element, of which the result would have none: it is run only
 * where there are more.
 */
export function isEndless(node: Node): boolean {
  const [x, length, axisInput] = node.inputs;
  if (node.qualifiedType !== "DFT" || node.int("inverse", 0) === 0 || node.int("onesided", 0) === 0 || length)
    return false;
  const axis = constantNumbers(axisInput)?.[0] ?? (axisInput ? undefined : node.int("axis", -2));
  if (!x?.type || axis === undefined) return true;
  return x.shape[positiveAxis(axis, x.rank)] === 1;
}
