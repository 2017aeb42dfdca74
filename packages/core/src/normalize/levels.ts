import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** A quantized value, its scale and its zero point. */
export type Levels = readonly [Value, Value, Value | undefined];

export function dequantize(op: Ops, [q, scale, zeroPoint]: Levels, axis: number): Value {
  const type = { dtype: scale.dtype, shape: q.shape };
  return op.emit("DequantizeLinear", [q, scale, zeroPoint], [type], { axis })[0]!;
}

/** Floats as 256 levels of their range, with the scale and the zero point of these. */
export function quantizeDynamically(op: Ops, x: Value): [Value, Value, Value] {
  const types = [
    { dtype: "uint8", shape: x.shape },
    { dtype: x.dtype, shape: [] },
    { dtype: "uint8", shape: [] },
  ] as const;
  return op.emit("DynamicQuantizeLinear", [x], types) as [Value, Value, Value];
}
