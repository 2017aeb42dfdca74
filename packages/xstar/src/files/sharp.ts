import type { Sharp } from "sharp";
import { decodeBmp, isBmp } from "./bmp.js";

/** sharp, which is large and in native code: loaded by whoever needs it first. */
export async function loadSharp() {
  return (await import("sharp")).default;
}

/** A picture file of any format that is read. */
export async function openPicture(bytes: Uint8Array): Promise<Sharp> {
  const sharp = await loadSharp();
  if (!isBmp(bytes)) return sharp(bytes);
  const { data, width, height } = decodeBmp(bytes);
  return sharp(data, { raw: { width, height, channels: 3 } });
}
