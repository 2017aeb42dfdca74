import type { Graph, Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { elementBytes, size } from "../tensor.js";

/**
 * Bytes of all values that one run of a graph computes. ONNX Runtime reuses memory, but asks for its arenas in large
 * pieces and for room inside convolutions: measured peaks are 0.3 to 1.5 times this number.
 *
 * @example
 * const { step } = await compileAscent(model, "conv2:7");
 * activationBytes(step.graph) / 2 ** 20; // MiB
 */
export function activationBytes(graph: Graph): number {
  const folded = new Set<Value>();
  let total = 0;
  for (const node of graph.nodes) {
    const outputs = node.outputs.filter((output) => output !== undefined);
    if (valuesRead(node).every((value) => value.constant || folded.has(value)))
      outputs.forEach((one) => folded.add(one));
    else for (const { type } of outputs) total += type ? size(type.shape) * (elementBytes[type.dtype] ?? 0) : 0;
  }
  return total;
}
