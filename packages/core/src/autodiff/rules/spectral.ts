import { constantNumbers, type Value } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import { tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { known } from "./known.js";
import { zero } from "./pointwise.js";

/** Crops an axis, or pads it with zeros. */
function resizeAxis(op: Ops, x: Value, axis: number, to: number): Value {
  const none = x.shape.map(() => 0);
  return op.pad(x, none, none.with(axis, to - x.shape[axis]!));
}

/** The Fourier transform of complex numbers [..., 2] along an axis, the inverse one divided by the length. */
function transform(op: Ops, x: Value, axis: number, inverse: boolean): Value {
  const inputs = [x, undefined, op.scalar(axis, "int64")];
  return op.emit("DFT", inputs, [x.type], { inverse: inverse ? 1 : 0, onesided: 0 })[0]!;
}

/**
 * The transform is linear, and its adjoint is the inverse transform times the length. What one-sided transforms leave out
 * is zero in the cotangent of the forward one, and counts twice in the inverse one.
 */
const fourier: VjpRule = (g, { op, node, inputs: [x] }) => {
  const axis = positiveAxis(node.inputs[2] ? known(node, 2, "axis")[0]! : -2, x!.rank);
  const inverse = node.int("inverse", 0) === 1;
  const onesided = node.int("onesided", 0) === 1;
  const given = constantNumbers(node.inputs[1])?.[0];
  const length = given ?? (inverse ? g.shape[axis]! : x!.shape[axis]!);
  const last = x!.rank - 1;
  const complex = g.shape[last] === 2 ? g : resizeAxis(op, g, last, 2);
  const whole = transform(op, resizeAxis(op, complex, axis, length), axis, !inverse);
  const scaled = inverse ? op.div(whole, length) : op.mul(whole, length);
  const half = inverse && onesided ? op.mul(scaled, timesCounted(op, scaled, axis)) : scaled;
  const bins = inverse && onesided ? Math.floor(length / 2) + 1 : length;
  const kept = resizeAxis(op, resizeAxis(op, half, axis, bins), axis, x!.shape[axis]!);
  return [op.sliceAxis(kept, last, 0, x!.shape[last]!)];
};

/** How often a one-sided spectrum counts each of its bins: the first one and that in the middle once, the others twice. */
function timesCounted(op: Ops, x: Value, axis: number): Value {
  const n = x.shape[axis]!;
  const counts = Array.from({ length: n }, (_, k) => (k === 0 || 2 * k === n ? 1 : 2));
  const column = x.shape.map((dim, i) => (i === axis ? dim : 1));
  return op.cast(op.constant(tensor("float32", counts, column), "counts"), x.dtype);
}

export const spectral = {
  DFT: fourier,
  /** Its edges are rounded to whole bins. */
  MelWeightMatrix: zero,
} satisfies VjpRules;
