import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

const stopped = new WeakSet<Value>();

/**
 * The same numbers, through which no gradient goes: what is computed from them alone counts as constant.
 *
 * @example
 * const graph = new Graph("net");
 * const op = createOps(graph);
 * const x = graph.input("x", { dtype: "float32", shape: [3] });
 * const factor = stopGradient(op, op.reduceMax(x, [0], true));
 */
export function stopGradient(op: Ops, x: Value): Value {
  const result = op.identity(x);
  stopped.add(result);
  return result;
}

export const isStopped = (value: Value): boolean => stopped.has(value);
