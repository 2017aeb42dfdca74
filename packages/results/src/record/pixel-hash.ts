import type { Tensor } from "@xstar/core";
import { sha256Of } from "../codecs/sha256.js";

/**
 * SHA-256 of a picture's numbers.
 *
 * @example
 * pixelHash(image.pixels);
 */
export function pixelHash({ data }: Tensor): string {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return sha256Of(new Uint8Array(buffer, byteOffset, byteLength));
}
