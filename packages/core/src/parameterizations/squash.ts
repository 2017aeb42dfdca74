import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Tensor } from "../tensor.js";

type Range = readonly [number, number];

/** Keeps the inverse of the sigmoid finite. */
const margin = 1e-3;

/** From any number to a value of the range. */
export function sigmoidTo(op: Ops, x: Value, [low, high]: Range): Value {
  return op.add(op.mul(op.sigmoid(x), high - low), low);
}

/** The inverse of `sigmoidTo` on the host; what is out of range comes from just within it. */
export function logitFrom(t: Tensor, [low, high]: Range): Tensor {
  return mapFloats(t, (x) => {
    const p = Math.min(Math.max((x - low) / (high - low), margin), 1 - margin);
    return Math.log(p / (1 - p));
  });
}

export function clipTo(t: Tensor, [low, high]: Range): Tensor {
  return mapFloats(t, (x) => Math.min(Math.max(x, low), high));
}

export function mapFloats(t: Tensor, map: (x: number) => number): Tensor {
  return { ...t, data: (t.data as Float32Array).map((x) => map(x)) };
}
