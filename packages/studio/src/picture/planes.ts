import type { Shape } from "@xstar/core";
import type { Planes } from "@xstar/results";

/** Picture `i` of a batch; its memory is that of the batch. */
export function planesAt(data: Float32Array, shape: Shape, i: number): Planes {
  const one = shape.slice(1);
  const size = one.reduce((a, b) => a * b, 1);
  return { shape: one, data: data.subarray(i * size, (i + 1) * size) };
}

/** Whether planes can be drawn as a picture: one, three or four channels of a height and a width. */
export function areDrawable({ shape }: Planes): boolean {
  return shape.length === 3 && [1, 3, 4].includes(shape[0]!);
}

export function differenceOf(x: Planes, from: Planes): Planes {
  return { shape: x.shape, data: Float32Array.from(x.data, (value, i) => value - from.data[i]!) };
}
