import { check } from "@xstar/core";
import type { Picture } from "../image/picture.js";
import { deflate } from "./deflate.js";
import { fromLatin1, readChunks, toLatin1, writeChunks } from "./png-chunks.js";

/** Keyword (1 to 79 Latin-1 characters) to text. Characters outside Latin-1 are written as in JSON: `\u2212`. */
export type PngText = Readonly<Record<string, string>>;

/** What PNG calls a picture of so many channels. */
const colourTypes = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * The picture as a PNG file, as grey or RGB where nothing is lost by it; the same picture gives the same bytes on one platform.
 * Source: Portable Network Graphics (PNG) Specification, third edition.
 *
 * @example
 * const bytes = encodePng(filledPicture(8, 8, [255, 0, 0]));
 */
export function encodePng(picture: Picture, text: PngText = {}): Uint8Array {
  const isPicture = picture?.width > 0 && picture.data?.length === 4 * picture.width * picture.height;
  check(isPicture, "picture", "one with width, height and RGBA data", picture);
  const { width, height, data } = picture;
  const channels = channelsToKeep(data);
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, colourTypes[channels]], 8);
  const texts = Object.entries(text).map(([keyword, value]) => ({
    type: "tEXt",
    data: toLatin1(`${keyword}\0${escapeToLatin1(value)}`),
  }));
  return writeChunks([
    { type: "IHDR", data: header },
    { type: "IDAT", data: deflate(linesOf(picture, channels)) },
    ...texts,
  ]);
}

/** The text in a PNG file by keyword, as it was written; undefined when it is no whole PNG file. */
export function readPngText(bytes: Uint8Array): PngText | undefined {
  const texts = readChunks(bytes)?.flatMap(({ type, data }) => {
    const end = data.indexOf(0);
    return type === "tEXt" && end > 0 ? [[fromLatin1(data.subarray(0, end)), fromLatin1(data.subarray(end + 1))]] : [];
  });
  return texts && Object.fromEntries(texts);
}

type Channels = keyof typeof colourTypes;

/** The first so many channels of every pixel, before each line a 0: that it is written as it is. */
function linesOf({ width, height, data }: Picture, channels: Channels): Uint8Array {
  const lines = new Uint8Array(height * (1 + width * channels));
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, from += 4) {
      for (let c = 0; c < channels; c++) lines[to++] = data[from + c]!;
    }
  }
  return lines;
}

function channelsToKeep(data: Uint8ClampedArray): Channels {
  let [isGray, isOpaque] = [true, true];
  for (let at = 0; at < data.length && isOpaque; at += 4) {
    isOpaque = data[at + 3] === 255;
    isGray &&= data[at] === data[at + 1] && data[at] === data[at + 2];
  }
  if (!isOpaque) return 4;
  return isGray ? 1 : 3;
}

function escapeToLatin1(text: string): string {
  return text.replace(/[^\n -ÿ]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
