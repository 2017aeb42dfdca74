import { filledPicture, type Picture, type Rgb } from "./picture.js";

/** Rows of the figures from top to bottom, three bits each. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  "0": [7, 5, 5, 5, 7],
  "1": [2, 6, 2, 2, 7],
  "2": [7, 1, 7, 4, 7],
  "3": [7, 1, 7, 1, 7],
  "4": [5, 5, 7, 1, 1],
  "5": [7, 4, 7, 1, 7],
  "6": [7, 4, 7, 5, 7],
  "7": [7, 1, 1, 2, 2],
  "8": [7, 5, 7, 5, 7],
  "9": [7, 5, 7, 1, 7],
};
const [glyphWidth, glyphHeight] = [3, 5];

/**
 * A whole number as a picture, in figures of 3 x 5 pixels enlarged by `scale`: no font is needed.
 *
 * @example
 * const picture = drawNumber(7, { scale: 4 });
 */
export function drawNumber(
  number: number,
  { scale = 2, ink = [255, 255, 255], paper = [119, 119, 119] }: { scale?: number; ink?: Rgb; paper?: Rgb } = {},
): Picture {
  const digits = [...String(Math.abs(Math.trunc(number)))].map((digit) => glyphs[digit]!);
  const width = digits.length * (glyphWidth + 1) - 1;
  const picture = filledPicture(width * scale, glyphHeight * scale, paper);
  for (let at = 0; at < picture.width * picture.height; at++) {
    const x = Math.floor((at % picture.width) / scale);
    const row = digits[Math.floor(x / (glyphWidth + 1))]![Math.floor(at / picture.width / scale)]!;
    const isInk = x % (glyphWidth + 1) < glyphWidth && (row >> (glyphWidth - 1 - (x % (glyphWidth + 1)))) & 1;
    if (isInk) picture.data.set(ink, 4 * at);
  }
  return picture;
}
