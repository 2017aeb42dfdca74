import { check, type Tensor, XstarError } from "@xstar/core";
import type { Sharp } from "sharp";
import { explainPicture, pictureFormats } from "./picture-error.js";
import { readFileOrExplain } from "./read.js";
import { loadSharp, openPicture } from "./sharp.js";

/** The size that a picture is brought to. */
export interface ReadImageOptions {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** How a picture of another form fits: cut off at the sides, or stretched. */
  readonly fit?: "cover" | "stretch";
}

/**
 * A PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP file (of several pictures the first) as float32 [channels, height, width] of sRGB
 * values from 0 to 1, upright (Exif), and on white where it is transparent. Throws `file-not-readable`, and `bad-data` for
 * what is no such picture.
 *
 * @example
 * const photo = await readImage("photo.jpg", { channels: 3, height: 224, width: 224 });
 */
export async function readImage(path: string, options: ReadImageOptions): Promise<Tensor> {
  check(options?.channels === 1 || options?.channels === 3, "channels", "1 or 3", options?.channels);
  const bytes = await readFileOrExplain(path);
  try {
    const source = await openPicture(bytes);
    const { format } = await source.metadata();
    if (!format || !pictureFormats.has(format)) throw explainPicture(path, bytes);
    return await fitImage(source.autoOrient().flatten({ background: "white" }), options);
  } catch (error) {
    throw XstarError.is(error) ? error : explainPicture(path, bytes, error);
  }
}

/** Grey pixels (0 to 255, row-major) as `readImage` gives a file. */
export async function fitGray(
  pixels: Uint8Array,
  from: { readonly height: number; readonly width: number },
  options: ReadImageOptions,
): Promise<Tensor> {
  const sharp = await loadSharp();
  return fitImage(sharp(pixels, { raw: { ...from, channels: 1 } }), options);
}

async function fitImage(source: Sharp, { channels, height, width, fit = "cover" }: ReadImageOptions): Promise<Tensor> {
  const pixels = await source
    .resize({ width, height, fit: fit === "stretch" ? "fill" : "cover" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer();

  const data = new Float32Array(channels * height * width);
  for (let at = 0; at < data.length; at++) {
    const channel = Math.floor(at / (height * width));
    data[at] = pixels[(at % (height * width)) * channels + channel]! / 255;
  }
  return { dtype: "float32", shape: [channels, height, width], data };
}
