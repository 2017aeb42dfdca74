import { size, tensor, XstarError, type Tensor } from "@xstar/core";
import type { Dim } from "../build/symbolic.js";
import { Table } from "../formats/flatbuffer.js";
import { tensorOfBytes } from "../tensorflow/values.js";
import { densified } from "./sparse.js";

/** How the whole numbers of a tensor stand for fractions: (q - zero) * scale, for all or for each index of an axis. */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zero: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly name: string;
  readonly dims: readonly Dim[];
  /** Number of the element type. */
  readonly type: number;
  readonly quantization: Quantization | undefined;
  /** Whether it holds a state that begins at zero. */
  readonly isState: boolean;
  /** The elements of a constant, as fractions where they are quantized. */
  readonly constant: (() => Tensor) | undefined;
}

export interface TfliteOperator {
  readonly code: number;
  /** The name of an operator that is not TFLite's own. */
  readonly custom: string;
  /** -1 where an optional one is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
}

export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The flatbuffer of the metadata. */
  readonly metadata: Uint8Array | undefined;
}

/** TFLite's numbers of element types as TensorFlow's. */
export const types: Readonly<Record<number, number>> = { 0: 1, 1: 19, 2: 3, 3: 4, 4: 9, 6: 10, 7: 5, 9: 6, 10: 2 };

export const int8 = 9;
export const uint8 = 3;
export const int16 = 7;

/** Reads the first graph of a TFLite file. Throws `bad-model` when it is damaged. */
export function readTflite(bytes: Uint8Array): TfliteModel {
  const root = Table.root(bytes);
  const buffers = root.tables(4).map((buffer) => () => dataOf(buffer, bytes));
  const codes = root.tables(1).map((code) => ({ code: Math.max(code.byte(0), code.int(3)), custom: code.string(1) }));
  const [graph] = root.tables(2);
  if (!graph) throw new XstarError("bad-model", "The file holds no graph");
  const operators = graph.tables(3).map((operator): TfliteOperator => {
    const code = codes[operator.int(0)];
    if (!code) throw new XstarError("bad-model", "An operator of the graph has no type");
    return { ...code, inputs: operator.ints(1), outputs: operator.ints(2), options: operator.table(4) };
  });
  const metadata = root.tables(6).find((one) => one.string(0) === "TFLITE_METADATA");
  return {
    tensors: graph.tables(0).map((one) => readTensor(one, buffers)),
    operators,
    inputs: graph.ints(1),
    outputs: graph.ints(2),
    metadata: metadata && buffers[metadata.int(1)]?.(),
  };
}

/** Files beyond 2 GB have their buffers behind the flatbuffer. */
function dataOf(buffer: Table, bytes: Uint8Array): Uint8Array {
  const offset = buffer.long(1);
  return offset > 1 ? bytes.subarray(offset, offset + buffer.long(2)) : buffer.bytes(0);
}

function readTensor(table: Table, buffers: readonly (() => Uint8Array)[]): TfliteTensor {
  const name = table
    .string(3)
    .split(";")[0]!
    .replace(/^serving_default_/, "")
    .replace(/:\d+$/, "");
  const shape = table.ints(0);
  const signature = table.ints(7);
  const type = table.byte(1);
  const quantization = readQuantization(table.table(4), shape.length);
  const data = buffers[table.int(2)];
  const isConstant = data !== undefined && data().byteLength > 0;
  const sparsity = table.table(6);
  return {
    name,
    dims: (signature.length === shape.length ? signature : shape).map((dim) => (dim < 0 ? undefined : dim)),
    type,
    quantization,
    isState: table.flag(5),
    constant: isConstant ? () => dequantized(elementsOf(type, shape, data(), name, sparsity), quantization) : undefined,
  };
}

function elementsOf(
  type: number,
  shape: readonly number[],
  bytes: Uint8Array,
  name: string,
  sparsity: Table | undefined,
): Tensor {
  const known = types[type];
  if (known === undefined)
    throw new XstarError(
      "unsupported-model",
      `Constant "${name}" has the element type ${type}, which is not supported`,
    );
  if (!sparsity) return tensorOfBytes(known, shape, bytes, name);
  const width = { 0: 4, 1: 2 }[type] ?? 1;
  const held = tensorOfBytes(known, [Math.floor(bytes.byteLength / width)], bytes, name);
  return densified(held, shape, sparsity);
}

function readQuantization(table: Table | undefined, rank: number): Quantization | undefined {
  const scale = table?.floats(2) ?? [];
  if (!table || scale.length === 0) return undefined;
  const zero = table.longs(3);
  // some files name an axis that a bias does not have
  return {
    scale,
    zero: scale.map((_, i) => zero[i] ?? zero[0] ?? 0),
    axis: Math.min(table.int(6), Math.max(rank - 1, 0)),
  };
}

/** Whole numbers as the fractions that they stand for. */
function dequantized(t: Tensor, quantization: Quantization | undefined): Tensor {
  if (!quantization || t.dtype !== "int64") return t;
  const { scale, zero, axis } = quantization;
  const inner = size(t.shape.slice(axis + 1));
  const count = t.shape[axis] ?? 1;
  const values = t.data as BigInt64Array;
  const at = scale.length === 1 ? () => 0 : (i: number) => Math.floor(i / inner) % count;
  return tensor(
    "float32",
    Float32Array.from(values, (q, i) => (Number(q) - zero[at(i)]!) * scale[at(i)]!),
    t.shape,
  );
}
