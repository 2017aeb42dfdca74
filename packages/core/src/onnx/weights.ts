import { XstarError } from "../errors.js";
import type { Model } from "./model.js";
import type { Place } from "./write.js";

/** Bytes of the files that hold weights, by the location that graphs name them with. */
export type WeightFiles = ReadonlyMap<string, Uint8Array>;

/** The location under which graphs point back into the model's own file. */
export const ownFile = "model.onnx";

/** Finds the bytes of a constant inside the model's own file, under the name that graphs call it by. */
export function locator({ bytes: file }: Model, location = ownFile): (bytes: Uint8Array) => Place | undefined {
  return (bytes) =>
    bytes.buffer === file.buffer && bytes.byteOffset >= file.byteOffset
      ? { location, offset: bytes.byteOffset - file.byteOffset }
      : undefined;
}

/** Where graphs built on several models find their weights. Throws `bad-argument` when two files have one name. */
export function joinWeights(models: ReadonlyMap<string, { readonly source: Model; readonly files: WeightFiles }>): {
  readonly files: WeightFiles;
  locate(bytes: Uint8Array): Place | undefined;
} {
  const files = new Map<string, Uint8Array>();
  const locators = [...models].map(([name, { source, files: own }]) => {
    const location = name === "" ? ownFile : `${name}/${ownFile}`;
    for (const [path, bytes] of own) {
      const key = path === ownFile ? location : path;
      if (files.has(key) && files.get(key) !== bytes) {
        throw new XstarError("bad-argument", `Two models have a weight file "${path}"`, {
          hint: "Save one of them again with another name for its external data",
        });
      }
      files.set(key, bytes);
    }
    return locator(source, location);
  });
  return {
    files,
    locate: (bytes) => {
      for (const locate of locators) {
        const place = locate(bytes);
        if (place) return place;
      }
      return undefined;
    },
  };
}
