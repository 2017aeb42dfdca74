import { check } from "@xstar/core";
import { decode, encode } from "fast-png";
import type { Picture } from "../image/picture.js";

/** Keyword (1 to 79 Latin-1 characters) to text. Characters outside Latin-1 are written as in JSON: `\u2212`. */
export type PngText = Readonly<Record<string, string>>;

/**
 * The picture as a PNG file, as grey or RGB where nothing is lost by it; the same picture gives the same bytes.
 *
 * @example
 * const bytes = encodePng(filledPicture(8, 8, [255, 0, 0]));
 */
export function encodePng(picture: Picture, text: PngText = {}): Uint8Array {
  const isPicture = picture?.width > 0 && picture.data?.length === 4 * picture.width * picture.height;
  check(isPicture, "picture", "one with width, height and RGBA data", picture);
  const { width, height, data } = picture;
  const kept = channelsToKeep(data);
  const packed = new Uint8Array(width * height * kept.length);
  for (let pixel = 0, at = 0; pixel < width * height; pixel++) {
    for (const channel of kept) packed[at++] = data[4 * pixel + channel]!;
  }
  const latin = Object.fromEntries(Object.entries(text).map(([keyword, value]) => [keyword, escapeToLatin1(value)]));
  return encode({ width, height, data: packed, channels: kept.length, text: latin }, { zlib: { level: 6 } });
}

/** The text in a PNG file by keyword, as it was written; undefined when it is no whole PNG file. */
export function readPngText(bytes: Uint8Array): PngText | undefined {
  try {
    return decode(bytes).text;
  } catch {
    return undefined;
  }
}

function channelsToKeep(data: Uint8ClampedArray): readonly number[] {
  let [isGray, isOpaque] = [true, true];
  for (let at = 0; at < data.length && isOpaque; at += 4) {
    isOpaque = data[at + 3] === 255;
    isGray &&= data[at] === data[at + 1] && data[at] === data[at + 2];
  }
  if (!isOpaque) return [0, 1, 2, 3];
  return isGray ? [0] : [0, 1, 2];
}

function escapeToLatin1(text: string): string {
  return text.replace(/[^\n -ÿ]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
