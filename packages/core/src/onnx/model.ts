import type { DType } from "../tensor.js";
import type { Graph } from "../ir/graph.js";

/** A graph input as the file declares it: a dimension is a number, or a name or nothing when it is free. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly (number | string | undefined)[];
}

/** An ONNX file in memory. */
export interface Model {
  readonly graph: Graph;
  /** Required inputs only: initializers that old files also list as inputs are constants here. */
  readonly inputs: readonly DeclaredInput[];
  readonly irVersion: number;
  /** Version of each operator set by domain; the standard domain is "". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** The bytes of the file, of which the constants are views. */
  readonly bytes: Uint8Array;
}

const numbersByDType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

const dtypesByNumber = new Map(Object.entries(numbersByDType).map(([dtype, number]) => [number, dtype as DType]));

/** `TensorProto.DataType` of an element type. */
export function dtypeNumber(dtype: DType): number {
  return numbersByDType[dtype];
}

/** The element type of a `TensorProto.DataType`; undefined for those that xstar does not handle (bfloat16, float8, ...). */
export function dtypeOf(number: number): DType | undefined {
  return dtypesByNumber.get(number);
}
