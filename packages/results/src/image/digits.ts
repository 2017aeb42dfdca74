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
  A: [7, 5, 7, 5, 5],
  B: [6, 5, 6, 5, 6],
  C: [7, 4, 4, 4, 7],
  D: [6, 5, 5, 5, 6],
  E: [7, 4, 6, 4, 7],
  F: [7, 4, 6, 4, 4],
  G: [7, 4, 5, 5, 7],
  H: [5, 5, 7, 5, 5],
  I: [7, 2, 2, 2, 7],
  J: [1, 1, 1, 5, 7],
  K: [5, 5, 6, 5, 5],
  L: [4, 4, 4, 4, 7],
  M: [5, 7, 7, 5, 5],
  N: [6, 5, 5, 5, 5],
  O: [7, 5, 5, 5, 7],
  P: [7, 5, 7, 4, 4],
  Q: [7, 5, 5, 7, 1],
  R: [6, 5, 6, 5, 5],
  S: [7, 4, 7, 1, 7],
  T: [7, 2, 2, 2, 2],
  U: [5, 5, 5, 5, 7],
  V: [5, 5, 5, 5, 2],
  W: [5, 5, 7, 7, 5],
  X: [5, 5, 2, 5, 5],
  Y: [5, 5, 2, 2, 2],
  Z: [7, 1, 2, 4, 7],
  " ": [0, 0, 0, 0, 0],
  "-": [0, 0, 7, 0, 0],
  ".": [0, 0, 0, 0, 2],
  "?": [7, 1, 2, 0, 2],
};
const [glyphWidth, glyphHeight] = [3, 5];

export interface TextOptions {
  readonly scale?: number;
  readonly ink?: Rgb;
  readonly paper?: Rgb;
}

/**
 * A whole number as a picture, in figures of 3 x 5 pixels enlarged by `scale`: no font is needed.
 *
 * @example
 * const picture = drawNumber(7, { scale: 4 });
 */
export function drawNumber(number: number, options: TextOptions = {}): Picture {
  return drawText(String(Math.abs(Math.trunc(number))), options);
}

/** Pixels that a text is wide. */
export const textWidth = (text: string, scale: number) => (lettersOf(text).length * (glyphWidth + 1) - 1) * scale;

/** Letters without their accents, in capitals; what has no form here is a question mark. */
export function drawText(
  text: string,
  { scale = 2, ink = [255, 255, 255], paper = [119, 119, 119] }: TextOptions = {},
): Picture {
  const digits = lettersOf(text).map((letter) => glyphs[letter] ?? glyphs["?"]!);
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

function lettersOf(text: string): string[] {
  return [...text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("_", " ").toUpperCase()];
}
