import type { Node, Value } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import type { DType } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";

const ranges: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** A scale or zero point, for the whole tensor, each slice of an axis or each block, shaped to broadcast over `x`. */
function spreadParameter(op: Ops, parameter: Value, node: Node, x: Value): Value {
  const axis = x.rank > 0 ? positiveAxis(node.int("axis", 1), Math.max(x.rank, 2)) : 0;
  const block = node.int("block_size", 0);
  if (block > 0) {
    const { shape } = parameter;
    const apart = op.reshape(parameter, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
    const repeated = op.expand(apart, apart.shape.with(axis + 1, block));
    const whole = op.reshape(repeated, shape.with(axis, shape[axis]! * block));
    return op.sliceAxis(whole, axis, 0, x.shape[axis]!);
  }
  if (parameter.shape.every((dim) => dim === 1)) return op.reshape(parameter, []);
  return op.reshape(
    parameter,
    x.shape.map((dim, i) => (i === axis ? dim : 1)),
  );
}

/** Straight through: rounding is taken as the identity, and what saturates gets nothing. */
const quantize: VjpRule = (g, { op, node, inputs, outputs: [q] }) => {
  const [x, scale, zeroPoint] = inputs as [Value, Value, Value?];
  const steps = op.cast(spreadParameter(op, scale, node, x), x.dtype);
  const level = op.div(x, steps);
  const shifted = zeroPoint ? op.add(level, op.cast(spreadParameter(op, zeroPoint, node, x), x.dtype)) : level;
  const [low, high] = ranges[q!.dtype] ?? [-128, 127];
  const inside = op.and(op.greaterOrEqual(shifted, low - 0.5), op.lessOrEqual(shifted, high + 0.5));
  return [op.where(inside, op.div(op.cast(g, x.dtype), steps), 0)];
};

/** x = scale (q - zero point): the cotangent of the whole number q is a float. */
const dequantize: VjpRule = (g, { op, node, inputs, needs }) => {
  const [q, scale, zeroPoint] = inputs as [Value, Value, Value?];
  const result = needs(0) ? op.mul(g, op.cast(spreadParameter(op, scale, node, q), g.dtype)) : null;
  if (!needs(1)) return [result];
  const levels = op.cast(q, g.dtype);
  const zero = zeroPoint && op.cast(spreadParameter(op, zeroPoint, node, q), g.dtype);
  const slope = op.mul(g, zero ? op.sub(levels, zero) : levels);
  const block = node.int("block_size", 0);
  const axis = () => positiveAxis(node.int("axis", 1), q.rank);
  if (block > 0) return [result, sumBlocks(op, slope, axis(), block, scale.shape)];
  const whole = scale.shape.every((dim) => dim === 1);
  const over = q.shape.flatMap((_, i) => (whole || i !== axis() ? [i] : []));
  return [result, op.reshape(op.reduceSum(slope, over), scale.shape)];
};

/** The sums of the blocks along an axis, of which the last one may be shorter. */
function sumBlocks(op: Ops, x: Value, axis: number, block: number, shape: readonly number[]): Value {
  const none = x.shape.map(() => 0);
  const full = op.pad(x, none, none.with(axis, shape[axis]! * block - x.shape[axis]!));
  const apart = op.reshape(full, [...shape.slice(0, axis + 1), block, ...shape.slice(axis + 1)]);
  return op.reduceSum(apart, [axis + 1]);
}

export const quantization = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  /** Straight through at the scale of this input: nothing saturates, and the scale itself is taken as given. */
  DynamicQuantizeLinear: (g, { op, outputs: [, scale] }) => [op.div(g, scale!)],
  "com.microsoft::QuantizeLinear": quantize,
  "com.microsoft::DequantizeLinear": dequantize,
} satisfies VjpRules;
