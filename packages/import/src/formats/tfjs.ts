import { fromHalf, tensor, XstarError, type Tensor } from "@xstar/core";
import { readBeside, jsonOf, type ModelFiles } from "../files.js";
import { ungzip } from "./zip.js";

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

export interface TfjsModel {
  readonly format?: string;
  readonly generatedBy?: string;
  readonly convertedBy?: string;
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightEntry[] }[];
  readonly signature?: unknown;
  readonly userDefinedMetadata?: Readonly<Record<string, unknown>>;
}

/** A model of TensorFlow.js; undefined when the JSON is none. */
export function asTfjs(json: unknown): TfjsModel | undefined {
  return typeof json === "object" && json !== null && "modelTopology" in json ? (json as TfjsModel) : undefined;
}

export const readJson = (bytes: Uint8Array): unknown => jsonOf(ungzip(bytes));

/** All weights by name. Throws `bad-model` when a file is too short. */
export async function readTfjsWeights(
  { weightsManifest = [] }: TfjsModel,
  files: ModelFiles,
  from: string,
): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const { paths, weights: entries } of weightsManifest) {
    const parts = await Promise.all(paths.map(async (path) => ungzip(await readBeside(files, path, from))));
    const bytes = parts.length === 1 ? parts[0]! : joined(parts);
    let at = 0;
    for (const entry of entries) {
      const { value, length } = decode(entry, bytes, at);
      if (value) weights.set(entry.name, value);
      at += length;
    }
  }
  return weights;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const readers: Readonly<Record<string, { readonly width: number; read(view: DataView, at: number): number }>> = {
  float32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  float16: { width: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  int32: { width: 4, read: (view, at) => view.getInt32(at, true) },
  uint16: { width: 2, read: (view, at) => view.getUint16(at, true) },
  uint8: { width: 1, read: (view, at) => view.getUint8(at) },
  bool: { width: 1, read: (view, at) => view.getUint8(at) },
};

/** One weight of the bytes; quantized ones are stored as (value - min) / scale. */
function decode(
  { name, shape, dtype, quantization }: WeightEntry,
  bytes: Uint8Array,
  at: number,
): { value?: Tensor; length: number } {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (dtype === "string") return { length: stringsLength(bytes, at, count) };
  const reader = readers[quantization?.dtype ?? dtype];
  if (!reader)
    throw new XstarError(
      "unsupported-model",
      `Weight "${name}" has the type ${quantization?.dtype ?? dtype}, which is not supported`,
    );
  const length = count * reader.width;
  if (at + length > bytes.byteLength) {
    throw new XstarError("bad-model", `The weights end inside of "${name}"`, {
      hint: "Check that every shard beside model.json was copied whole",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  const { scale = 1, min = 0 } = quantization ?? {};
  const isWhole = dtype === "int32";
  const values = new Float32Array(isWhole ? 0 : count);
  if (isWhole) {
    const whole = Array.from({ length: count }, (_, i) =>
      Math.round(reader.read(view, i * reader.width) * scale + min),
    );
    return { value: tensor("int64", whole, shape), length };
  }
  for (let i = 0; i < count; i++) values[i] = reader.read(view, i * reader.width) * scale + min;
  return { value: dtype === "bool" ? tensor("bool", values, shape) : tensor("float32", values, shape), length };
}

/** Strings have their lengths before them. */
function stringsLength(bytes: Uint8Array, at: number, count: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = at;
  for (let i = 0; i < count && end + 4 <= bytes.byteLength; i++) end += 4 + view.getUint32(end, true);
  return end - at;
}
