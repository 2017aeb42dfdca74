import { createHash } from "node:crypto";
import type { Tensor } from "@xstar/core";

/** SHA-256 of a picture's numbers. */
export function pixelHash({ data }: Tensor): string {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}
