import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * SHA-256 of bytes, one after the other, or of a text, in hexadecimal.
 *
 * @example
 * sha256Of("abc"); // "ba7816bf..."
 */
export function sha256Of(...parts: readonly (Uint8Array | string)[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(typeof part === "string" ? new TextEncoder().encode(part) : part);
  return bytesToHex(hash.digest());
}
