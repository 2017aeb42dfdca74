import { stopGradient } from "../autodiff/stop-gradient.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** What is smaller counts as nothing at all. */
const tiny = 1e-12;

/** Too small to count beside 1 in float32. */
const epsilon = 1e-8;

/**
 * The largest absolute value over some axes, which are kept; 1 where there is nothing but zeros. What is divided by it has
 * squares that neither vanish nor overflow. No gradient goes through it: it is for formulas that do not depend on the scale.
 */
export function scaleOf(op: Ops, x: Value, axes: readonly number[]): Value {
  const largest = op.reduceMax(op.abs(stopGradient(op, x)), axes, true);
  return op.where(op.greater(largest, tiny), largest, 1);
}

/** Vectors that lie along some axes at length 1, whatever their scale; zeros stay zeros, with a finite slope. */
export function unitVectors(op: Ops, x: Value, axes: readonly number[]): Value {
  const scaled = op.div(x, scaleOf(op, x, axes));
  const squares = op.reduceSum(op.mul(scaled, scaled), axes, true);
  return op.div(scaled, op.sqrt(op.add(squares, epsilon)));
}
