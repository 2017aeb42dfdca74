import { constantNumbers, XstarError, type DType, type Value } from "@xstar/core";

/** A dimension; undefined while it is free. */
export type Dim = number | undefined;

/** A value of the network while it is built. */
export interface Symbolic {
  readonly value: Value;
  readonly dtype: DType;
  /** As the original has them: of pictures [batch, ..., channels]. */
  readonly dims: readonly Dim[];
  /** Whether the ONNX value has its channels on axis 1 instead (of rank 3 to 5), whatever `dims` says. */
  readonly isFirst: boolean;
  /** What is known of the elements of a short list of whole numbers: shapes, mostly. */
  readonly known?: readonly Dim[];
  /** Which steps of a sequence count, [batch, time], where Keras leaves others out. */
  readonly mask?: Symbolic | undefined;
}

export const rankOf = ({ dims }: Symbolic): number => dims.length;

/** An axis counted from the front. */
export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** [0, rank - 1, 1, ...]: brings the channels to axis 1. */
export function toFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

/** [0, 2, ..., 1]: brings the channels to the end. */
export function toLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** Where an axis of `dims` lies in the ONNX value. */
export function physicalAxis({ dims, isFirst }: Symbolic, axis: number): number {
  const at = positive(axis, dims.length);
  if (!isFirst || at === 0) return at;
  return at === dims.length - 1 ? 1 : at + 1;
}

/** A list over the axes of `dims` in the order of the ONNX value. */
export function inPhysicalOrder<T>({ dims, isFirst }: Pick<Symbolic, "dims" | "isFirst">, list: readonly T[]): T[] {
  return isFirst ? toFirst(dims.length).map((axis) => list[axis]!) : [...list];
}

/** The number of elements, where every dimension is known. */
export function elementCount(dims: readonly Dim[]): Dim {
  return dims.includes(undefined) ? undefined : (dims as number[]).reduce((product, dim) => product * dim, 1);
}

/** The dimensions that shapes broadcast to; a free one stays free beside 1, and takes the other's size else. */
export function broadcast(...shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const dims = shapes.map((shape) => (i - rank + shape.length < 0 ? 1 : shape[i - rank + shape.length]));
    return dims.find((dim) => dim !== undefined && dim !== 1) ?? (dims.includes(undefined) ? undefined : 1);
  });
}

/** The whole numbers that a value holds for certain. Throws `unsupported-model` when they depend on the input. */
export function wholeNumbers(x: Symbolic, what: string): number[] {
  const found = x.known?.includes(undefined) === false ? (x.known as number[]) : constantNumbers(x.value);
  if (found) return [...found];
  throw new XstarError("unsupported-model", `${what} ("${x.value.name}") depends on the input, which is not supported`);
}
