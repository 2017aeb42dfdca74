import { constantNumbers, type Graph, type Node, type Value } from "../ir/graph.js";
import { controlFlow, decidingInputs } from "../ir/deciding-inputs.js";
import { valuesRead } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";

/** What is the same for every input of the same shape. */
export interface FixedValues {
  /** Values of which the elements are. */
  readonly elements: ReadonlySet<Value>;
  /** Values of which the shape is. */
  readonly shapes: ReadonlySet<Value>;
}

const randomTypes: ReadonlySet<string> = new Set([
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Bernoulli",
  "Multinomial",
]);

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
