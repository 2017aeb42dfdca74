/** An 8-bit sRGB picture: rows from top to bottom, four bytes (red, green, blue, alpha) for each pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * A picture of one colour.
 *
 * @example
 * const sheet = filledPicture(64, 32, [119, 119, 119]);
 */
export function filledPicture(width: number, height: number, [red, green, blue]: Rgb): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set([red, green, blue, 255], at);
  return { width, height, data };
}

/**
 * Writes `from` into `onto` with its top left corner at (left, top); it must fit.
 *
 * @example
 * const sheet = filledPicture(64, 32, [119, 119, 119]);
 * paste(drawNumber(7), sheet, 4, 4);
 */
export function paste(from: Picture, onto: Picture, left: number, top: number): void {
  const rowBytes = from.width * 4;
  for (let y = 0; y < from.height; y++) {
    const row = from.data.subarray(y * rowBytes, (y + 1) * rowBytes);
    onto.data.set(row, ((top + y) * onto.width + left) * 4);
  }
}
