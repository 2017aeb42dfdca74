import { enlargementFor, type ImageCodec, type Picture } from "@xstar/results";
import { loadSharp, openPicture } from "./sharp.js";

/** Pictures of up to so many pixels keep every one of them as WebP. */
const small = 64 * 64;

/** The picture formats that sharp knows; the work is done outside this thread. */
export const sharpCodec: ImageCodec = {
  async decode(file, side) {
    const source = (await openPicture(file)).ensureAlpha();
    const { width, height } = await source.metadata();
    const factor = side / Math.max(width, height);
    const scale = factor < 1 ? factor : enlargementFor({ width, height }, side);
    const to = (length: number) => Math.max(1, Math.round(length * scale));
    const { data, info } = await source
      .resize({ width: to(width), height: to(height), fit: "fill", kernel: factor < 1 ? "lanczos3" : "nearest" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: Uint8ClampedArray.from(data) };
  },
  async encode({ width, height, data }: Picture, format, quality = 88) {
    const sharp = await loadSharp();
    const opaque = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
    if (format === "png") return opaque.png().toBuffer();
    return opaque.webp(width * height <= small ? { lossless: true } : { quality }).toBuffer();
  },
};
