import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { numbers, size, tensor, XstarError, type Shape, type Tensor } from "@xstar/core";
import type { ModelFiles } from "../files.js";

/** Numbers that the reference came out as. */
export interface Packed {
  readonly shape: Shape;
  readonly base64: string;
}

const fixtures = join(import.meta.dirname, "../../fixtures");

/** A file of the fixtures, which are packed. */
export function packedFile(name: string): ModelFiles {
  return {
    name,
    list: async () => [name],
    read: async (path) => new Uint8Array(gunzipSync(readFileSync(join(fixtures, `${path}.gz`)))),
  };
}

/** Files that are given in base64. */
export function inMemory(name: string, files: Readonly<Record<string, string>>): ModelFiles {
  return {
    name,
    list: async () => Object.keys(files),
    read: async (path) => {
      const found = files[path];
      if (found === undefined) throw new XstarError("file-not-readable", `There is no file "${path}"`);
      return new Uint8Array(Buffer.from(found, "base64"));
    },
  };
}

/** Cases that the scripts in scripts/import-fixtures wrote. */
export function readCases<T>(name: string): T[] {
  return JSON.parse(gunzipSync(readFileSync(join(fixtures, name))).toString()) as T[];
}

/** The same numbers as scripts/import-fixtures/numbers_of.py makes. */
export function wave(shape: Shape, seed: number, low = -1, high = 1): Tensor {
  const at = (_: unknown, i: number) => low + (high - low) * (0.5 + 0.5 * Math.sin(0.37 * i + seed));
  return tensor("float32", Float32Array.from({ length: size(shape) }, at), shape);
}

/** They as whole numbers from 0 where the type is not float32. */
export function waveOf(type: string, shape: Shape, seed: number, low: number): Tensor {
  const x = wave(shape, seed, low);
  if (type === "float32") return x;
  return tensor(
    type as "int32",
    numbers(x).map((v) => Math.floor((v + 1) * 3)),
    shape,
  );
}

export function unpacked({ base64 }: Packed): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
