import { constantNumbers, type Value } from "../../ir/graph.js";

/** What has weights, and gives finite numbers. */
const weighs = /Conv|Mat|Gemm|Einsum|Gather|LSTM|GRU|RNN/;

/** Whether a constant of minus infinity, such as that of a mask, reaches a value. */
export function mayBeMasked(value: Value): boolean {
  const seen = new Set([value]);
  for (const some of seen) {
    if (constantNumbers(some)?.includes(-Infinity)) return true;
    const { node } = some;
    if (node && !weighs.test(node.opType)) for (const input of node.inputs) if (input) seen.add(input);
  }
  return false;
}
