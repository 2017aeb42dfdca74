import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

const stopped = new WeakSet<Value>();

/** The same numbers, through which no gradient goes: what is computed from them alone counts as constant. */
export function stopGradient(op: Ops, x: Value): Value {
  const result = op.identity(x);
  stopped.add(result);
  return result;
}

export const isStopped = (value: Value): boolean => stopped.has(value);
