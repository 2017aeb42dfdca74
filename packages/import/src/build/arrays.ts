import { numbers, size, tensor, type Tensor, type TensorData } from "@xstar/core";

type Numeric = Exclude<TensorData, readonly string[]>;

/** The constant with its axes in another order. */
export function transposed(t: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => t.shape[axis]!);
  if (perm.every((axis, i) => axis === i)) return t;
  const source = t.data as Numeric;
  const result = new (source.constructor as new (length: number) => Numeric)(source.length);
  const strides = stridesOf(t.shape);
  const steps = perm.map((axis) => strides[axis]!);
  const row = shape.at(-1) ?? 1;
  const step = steps.at(-1) ?? 1;
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += row) {
    for (let i = 0; i < row; i++) result[to + i] = source[from + i * step]!;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype: t.dtype, shape, data: result };
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The same elements under another shape, in which one dimension may be -1. */
export function reshaped(t: Tensor, shape: readonly number[]): Tensor {
  const known = size(shape.filter((dim) => dim !== -1));
  return { ...t, shape: shape.map((dim) => (dim === -1 ? size(t.shape) / Math.max(known, 1) : dim)) };
}

export function filled(shape: readonly number[], value: number): Tensor {
  return tensor("float32", new Float32Array(size(shape)).fill(value), shape);
}

/** Element by element, in float32. */
export function mapped(t: Tensor, change: (x: number, i: number) => number): Tensor {
  return tensor("float32", Float32Array.from(floatsOf(t), change), t.shape);
}

export function floatsOf(t: Tensor): ArrayLike<number> {
  return t.data instanceof Float32Array ? t.data : numbers(t);
}

/** Columns `from` up to `to` of the last axis. */
export function lastColumns(t: Tensor, from: number, to: number): Tensor {
  const width = t.shape.at(-1)!;
  const source = floatsOf(t);
  const rows = size(t.shape) / width;
  const data = new Float32Array(rows * (to - from));
  for (let row = 0; row < rows; row++)
    for (let column = from; column < to; column++)
      data[row * (to - from) + column - from] = source[row * width + column]!;
  return tensor("float32", data, [...t.shape.slice(0, -1), to - from]);
}

/** Stacked along the first axis. */
export function stacked(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor];
  const data = new Float32Array(parts.reduce((sum, { shape }) => sum + size(shape), 0));
  let at = 0;
  for (const part of parts) {
    data.set(floatsOf(part), at);
    at += size(part.shape);
  }
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return tensor("float32", data, [rows, ...first.shape.slice(1)]);
}
