import { XstarError, type Box } from "@xstar/core";
import type { Picture } from "./picture.js";

/**
 * The part of a picture inside a box. Throws `bad-argument` when the box is empty or reaches outside.
 *
 * @example
 * const part = crop(image.toRgba(), { top: 0, left: 0, height: 40, width: 40 });
 */
export function crop({ width, height, data }: Picture, box: Box): Picture {
  const isInside = box.top >= 0 && box.left >= 0 && box.top + box.height <= height && box.left + box.width <= width;
  if (!isInside || box.height < 1 || box.width < 1) {
    const asked = `${box.width} x ${box.height} pixels at (${box.left}, ${box.top})`;
    throw new XstarError("bad-argument", `A picture of ${width} x ${height} pixels has no part of ${asked}`);
  }
  const part = new Uint8ClampedArray(box.width * box.height * 4);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * 4;
    part.set(data.subarray(from, from + box.width * 4), y * box.width * 4);
  }
  return { width: box.width, height: box.height, data: part };
}
