import { fromHalf, size, tensor, XstarError, type Tensor } from "@xstar/core";
import type { Dim } from "../build/symbolic.js";
import type { Message } from "../formats/protobuf.js";

/** Names of the element types that JSON has, with the numbers that protocol buffers have. */
const typeNumbers: Readonly<Record<string, number>> = {
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_BFLOAT16: 14,
  DT_HALF: 19,
  DT_RESOURCE: 20,
};

export const typeNumber = (type: unknown): number =>
  typeof type === "string" ? (typeNumbers[type] ?? 0) : Number(type ?? 0);

/** What xstar computes with instead: all fractions in float32, all whole numbers in int64. */
export function dtypeOfNumber(type: number): "float32" | "int64" | "bool" | undefined {
  if ([1, 2, 14, 19].includes(type)) return "float32";
  if ([3, 4, 5, 6, 9, 17, 22, 23].includes(type)) return "int64";
  return type === 10 ? "bool" : undefined;
}

/** The element type of an input, which stays as the file declares it. */
export function declaredType(type: number): "float32" | "uint8" | "int8" | "int16" | "int32" | "int64" | "bool" {
  const whole = ({ 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 9: "int64", 10: "bool" } as const)[type];
  return whole ?? "float32";
}

/** Operations that take whole numbers as they are: what makes fractions of them, and what only lays them out anew. */
export const takesNarrow: ReadonlySet<string> = new Set([
  "Cast",
  "Identity",
  "ExpandDims",
  "Reshape",
  "Transpose",
  "Squeeze",
]);

/** Text from bytes, from base64, or from a list of character codes. */
export function textIn(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return String.fromCharCode(...(value as number[]));
  return decodeBase64(String(value)) ?? String(value);
}

function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}

/** Free dimensions are undefined; undefined altogether where the rank is not known. */
export function readDims(shape: Message | undefined): readonly Dim[] | undefined {
  if (!shape || shape["unknownRank"]) return undefined;
  const list = (shape["dim"] ?? []) as readonly Message[];
  return list.map(({ size: dim }) => (dim === undefined || Number(dim) < 0 ? undefined : Number(dim)));
}

type ReadElement = (view: DataView, at: number) => number;

/** How elements lie in the raw bytes of a tensor, by type. */
export const elements: Readonly<Record<number, { readonly width: number; readonly read: ReadElement }>> = {
  1: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { width: 8, read: (view, at) => view.getFloat64(at, true) },
  3: { width: 4, read: (view, at) => view.getInt32(at, true) },
  4: { width: 1, read: (view, at) => view.getUint8(at) },
  5: { width: 2, read: (view, at) => view.getInt16(at, true) },
  6: { width: 1, read: (view, at) => view.getInt8(at) },
  9: { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  10: { width: 1, read: (view, at) => view.getUint8(at) },
  14: { width: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
  19: { width: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
};

const scratch = new DataView(new ArrayBuffer(4));

function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** A tensor of raw bytes, in the type that xstar computes with. Throws `bad-model` when there are too few. */
export function tensorOfBytes(type: number, shape: readonly number[], bytes: Uint8Array, name: string): Tensor {
  const element = elements[type];
  const dtype = dtypeOfNumber(type);
  if (!element || !dtype)
    throw new XstarError(
      "unsupported-model",
      `Constant "${name}" has the element type ${type}, which is not supported`,
    );
  const count = size(shape);
  if (bytes.byteLength < count * element.width)
    throw new XstarError("bad-model", `Constant "${name}" of shape [${shape}] has too few bytes (${bytes.byteLength})`);
  if (type === 1 && bytes.byteOffset % 4 === 0)
    return tensor("float32", new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, count), shape);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = element.read(view, i * element.width);
  return tensor(dtype, dtype === "float32" ? Float32Array.from(values) : values, shape);
}

/** The lists of numbers that a tensor may have in the place of bytes; the last one stands for all that follow. */
const lists = ["floatVal", "doubleVal", "intVal", "int64Val", "boolVal", "halfVal"];

/** A constant of a graph; undefined for text, and where the file keeps its numbers elsewhere. */
export function readTensor(message: Message | undefined, name: string): Tensor | undefined {
  if (!message) return undefined;
  const type = typeNumber(message["dtype"]);
  const dtype = dtypeOfNumber(type);
  const shape = (readDims((message["tensorShape"] as Message | undefined) ?? {}) ?? []).map((dim) => dim ?? 0);
  if (!dtype) return undefined;
  const content = message["tensorContent"];
  if (content instanceof Uint8Array && content.byteLength > 0) return tensorOfBytes(type, shape, content, name);
  if (typeof content === "string" && content !== "")
    return tensorOfBytes(
      type,
      shape,
      Uint8Array.from(atob(content), (c) => c.charCodeAt(0)),
      name,
    );
  const found = lists
    .map((key) => message[key] as readonly unknown[] | undefined)
    .find((list) => list && list.length > 0);
  if (!found) return tensor(dtype, new Float64Array(size(shape)), shape);
  const numbers = found.map(Number).map((bits) => (type === 19 ? fromHalf(bits) : type === 14 ? bfloat(bits) : bits));
  const values = Array.from({ length: size(shape) }, (_, i) => numbers[Math.min(i, numbers.length - 1)]!);
  return tensor(dtype, values, shape);
}
