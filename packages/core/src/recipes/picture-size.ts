import type { Shape } from "../tensor.js";

/** Below this a network has been trained on pictures so small that a larger one would only be averaged down. */
const small = 128;

/** Whether a model takes pictures [channels, height, width] that small. */
export function isSmall([, height, width]: Shape): boolean {
  return Math.min(height!, width!) < small;
}

/**
 * A picture of `side` pixels along its shorter axis, in the proportions of what the model takes [channels, height, width].
 * Nothing for networks of small pictures, and for inputs without height and width: their pictures are the input.
 */
export function squareWithin(side: number, shape: Shape): { readonly size?: readonly [number, number] } {
  const [, height, width] = shape;
  if (shape.length !== 3) return {};
  const shorter = Math.min(height!, width!);
  if (isSmall(shape) && side > shorter) return {};
  const scaled = (length: number) => Math.round((length * side) / shorter);
  return { size: [scaled(height!), scaled(width!)] };
}
