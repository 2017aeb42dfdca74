import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { InputKind } from "../model/input-kind.js";
import { numbers, size, type Shape, type Tensor } from "../tensor.js";

/**
 * How an input that is no picture lies as one, so that what is defined for pictures is done to it: a signal as pictures of one
 * row, the frames of a video as channels.
 */
export interface Planes {
  /** [batch, channels, height, width] */
  readonly shape: Shape;
  /** A signal, of which the height is 1. */
  readonly isLine: boolean;
  /** Of an input of any batch [n, ...], and back. */
  lay(op: Ops, input: Value): Value;
  restore(op: Ops, planes: Value): Value;
  layTensor(input: Tensor): Tensor;
  restoreTensor(planes: Tensor): Tensor;
}

/**
 * Undefined for pictures, and for what has no height, width or time.
 *
 * @example
 * planesOfInput([1, 2, 512], { kind: "series", time: 2 })?.shape; // [1, 2, 1, 512]
 */
export function planesOf(shape: Shape, { kind, time }: InputKind): Planes | undefined {
  const isLine = kind === "audio" || kind === "series";
  if (!isLine && kind !== "video") return undefined;
  const axes = shape.map((_, axis) => axis);
  const order = isLine ? [...axes.filter((axis) => axis !== time), time!] : axes;
  const back = axes.map((axis) => order.indexOf(axis));
  const isMoved = order.some((axis, i) => axis !== i);
  const moved = order.map((axis) => shape[axis]!);
  const [height, width] = isLine ? [1, moved.at(-1)!] : (shape.slice(-2) as [number, number]);
  const channels = size(shape.slice(1)) / (height * width);
  const whole = (n: number) => [n, channels, height, width];
  return {
    shape: whole(shape[0]!),
    isLine,
    lay: (op, input) => op.reshape(isMoved ? op.transpose(input, order) : input, whole(input.shape[0]!)),
    restore(op, planes) {
      const apart = op.reshape(planes, moved.with(0, planes.shape[0]!));
      return isMoved ? op.transpose(apart, back) : apart;
    },
    layTensor: (input) => ({ ...(isMoved ? transposed(input, order) : input), shape: whole(input.shape[0]!) }),
    restoreTensor(planes) {
      const apart = { ...planes, shape: moved.with(0, planes.shape[0]!) };
      return isMoved ? transposed(apart, back) : apart;
    },
  };
}

/** float32 numbers with their axes in another order. */
function transposed(x: Tensor, order: readonly number[]): Tensor<"float32"> {
  const from = numbers(x);
  const strides = x.shape.map((_, axis) => size(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const data = new Float32Array(from.length);
  const at = shape.map(() => 0);
  for (let i = 0, place = 0; i < data.length; i++) {
    data[i] = from[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      place -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return { dtype: "float32", shape, data };
}
