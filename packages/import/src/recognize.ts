import { textOf } from "./files.js";

/** What a file is, by its first bytes. */
export type Format = "hdf5" | "zip" | "json" | "gzip" | "tflite" | "protobuf" | "pickle" | "safetensors" | "unknown";

const startsWith = (bytes: Uint8Array, text: string, at = 0) => textOf(bytes.subarray(at, at + text.length)) === text;

export function recognize(bytes: Uint8Array): Format {
  if (startsWith(bytes.subarray(1), "HDF\r\n")) return "hdf5";
  if (startsWith(bytes, "PK\u0003\u0004")) return "zip";
  if (startsWith(bytes, "TFL3", 4)) return "tflite";
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (/^\s*[{[]/.test(textOf(bytes.subarray(0, 64)).replace("\uFEFF", ""))) return "json";
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) return "pickle";
  if (startsWith(bytes, '{"', 8)) return "safetensors";
  // field 1 of GraphDef (a node) or of SavedModel (a version)
  return bytes[0] === 0x0a || bytes[0] === 0x08 ? "protobuf" : "unknown";
}
