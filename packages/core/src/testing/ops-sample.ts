import { size, tensor, type DType, type Shape, type Tensor } from "../tensor.js";
import { type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** An input: float32 of normal numbers, or tensors of given numbers. */
export type Given = Shape | Tensor;

export interface Sample {
  readonly inputs: readonly Given[];
  emit(op: Ops, inputs: readonly Value[]): Value | readonly Value[];
  /** The elements of the first result, where a formula of our own stands behind it. */
  readonly gives?: readonly number[];
}

export const of = (dtype: Exclude<DType, "string">, values: readonly number[], shape?: Shape) =>
  tensor(dtype, values, shape);

export const floats = (values: readonly number[], shape?: Shape) => of("float32", values, shape);

export const ints = (values: readonly number[], shape?: Shape) => of("int64", values, shape);

export const bools = (values: readonly number[], shape?: Shape) => of("bool", values, shape);

export const sample = (
  inputs: readonly Given[],
  emit: (op: Ops, ...inputs: Value[]) => Value | readonly Value[],
  gives?: readonly number[],
): Sample => ({
  inputs,
  emit: (op, values) => emit(op, ...values),
  ...(gives && { gives }),
});

export const positive = floats([0.5, 1, 2, 3, 4, 0.1], [2, 3]);

export const unary = (name: keyof Ops) => [sample([positive], (op, x) => (op[name] as (x: Value) => Value)(x))];

export const binary = (name: keyof Ops, dtype: "float32" | "bool" = "float32") => {
  const emit = (op: Ops, a: Value, b: Value | number) => (op[name] as (a: Value, b: Value | number) => Value)(a, b);
  const make = (shape: Shape) =>
    of(
      dtype,
      Array.from({ length: size(shape) }, (_, i) => i % 2),
      shape,
    );
  return [
    sample([make([2, 3]), make([2, 3])], emit),
    sample([make([2, 1, 3]), make([4, 1])], emit),
    sample([make([]), make([2])], emit),
    ...(dtype === "float32" ? [sample([make([2, 3])], (op, a) => emit(op, a, 2))] : []),
  ];
};

export const reduce = (name: "reduceSum") => [
  sample([[2, 3, 4]], (op, x) => op[name](x)),
  sample([[2, 3, 4]], (op, x) => op[name](x, [-1, 0])),
  sample([[2, 3, 4]], (op, x) => op[name](x, [1], true)),
  sample([[2, 3, 4]], (op, x) => op[name](x, [])),
];
