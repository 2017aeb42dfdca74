import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

export const axesAfterFirst = (x: Value) => x.shape.slice(1).map((_, i) => i + 1);

/** Mean over all axes but the first, [batch]. */
export const meanOfEach = (op: Ops, x: Value) => op.reduceMean(x, axesAfterFirst(x));

/** Sum over all axes but the first, [batch]. */
export const sumOfEach = (op: Ops, x: Value) => op.reduceSum(x, axesAfterFirst(x));

/** Square root of a value that is not negative, with a finite slope at 0. */
export const rootOf = (op: Ops, x: Value) => op.sqrt(op.add(x, 1e-12));
