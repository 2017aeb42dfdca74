import type { Model } from "../onnx/model.js";
import type { Place } from "../onnx/write.js";

/** Bytes of the files that hold weights, by the location that graphs name them with. */
export type WeightFiles = ReadonlyMap<string, Uint8Array>;

/** The location under which graphs point back into the model's own file. */
export const ownFile = "model.onnx";

/** Finds the bytes of a constant inside the model's own file. */
export function locator({ bytes: file }: Model): (bytes: Uint8Array) => Place | undefined {
  return (bytes) =>
    bytes.buffer === file.buffer && bytes.byteOffset >= file.byteOffset
      ? { location: ownFile, offset: bytes.byteOffset - file.byteOffset }
      : undefined;
}
