import sharp from "sharp";
import type { Picture } from "@xstar/results";

/** Pictures of up to so many pixels keep every one of them. */
const small = 64 * 64;

/** The picture as a WebP file, large ones with a loss that is hard to see; transparency is ignored. */
export async function encodeWebp({ width, height, data }: Picture): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .webp(width * height <= small ? { lossless: true } : { quality: 88 })
    .toBuffer();
}
