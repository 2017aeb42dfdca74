import { XstarError, type InputKind, type Shape } from "@xstar/core";
import type { Picture } from "./picture.js";

/**
 * Every pixel becomes `factor` x `factor` pixels.
 *
 * @example
 * const large = enlarge(image.toRgba(), 8);
 */
export function enlarge(picture: Picture, factor: number): Picture {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new XstarError("bad-argument", `A picture is enlarged by a whole number from 1 up, not by ${factor}`);
  }
  if (factor === 1) return { ...picture, data: picture.data.slice() };
  const [width, height] = [picture.width * factor, picture.height * factor];
  const from = new Uint32Array(picture.data.buffer, picture.data.byteOffset, picture.width * picture.height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const top = y * factor * width;
    for (let x = 0; x < picture.width; x++) {
      to.fill(from[y * picture.width + x]!, top + x * factor, top + (x + 1) * factor);
    }
    for (let copy = 1; copy < factor; copy++) to.copyWithin(top + copy * width, top, top + width);
  }
  return { width, height, data: new Uint8ClampedArray(to.buffer) };
}

/**
 * The largest whole factor that keeps a picture within `pixels`, at least 1.
 *
 * @example
 * enlargementFor({ width: 28, height: 28 }, 280); // 10
 */
export function enlargementFor({ width, height }: { width: number; height: number }, pixels: number): number {
  return Math.max(1, Math.floor(pixels / Math.max(width, height)));
}

/** Pixels of the longer side that a file is enlarged to, about. */
const comfortable = 280;

/**
 * The whole enlargement of pictures [..., height, width] that comes nearest to 280 pixels; what is no picture is drawn large enough.
 *
 * @example
 * usualScale([1, 1, 28, 28]); // 10
 */
export function usualScale(shape: Shape, holds?: InputKind): number {
  if (holds) return 1;
  return Math.max(1, Math.round(comfortable / Math.max(...shape.slice(-2))));
}
