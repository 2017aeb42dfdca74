import type { Picture } from "../image/picture.js";

/** Pixels of a side that WebP can hold. */
export const longestWebp = 16383;

/** What reads and writes the picture formats that need a library of their own: sharp in Node, a canvas in a browser. */
export interface ImageCodec {
  /** A picture file, made smaller until its longer side is at most `side`; small ones are enlarged by a whole number. */
  decode(file: Uint8Array, side: number): Promise<Picture>;
  /** A picture file without transparency; of WebP, large ones with a loss that is hard to see, by a quality from 1 to 100. @default 88 */
  encode(picture: Picture, format: "png" | "webp", quality?: number): Promise<Uint8Array>;
}
