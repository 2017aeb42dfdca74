import { dtypeNumbers, type DType } from "../tensor.js";
import type { Graph } from "../ir/graph.js";
import { elementTypes } from "./schema.js";

/** A graph input as the file declares it: a dimension is a number, or a name or nothing when it is free. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly (number | string | undefined)[];
  /** The type of whole numbers that the file has, where xstar takes float32 instead. */
  readonly whole?: DType;
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
  /** Functions that the file defined itself (`com.acme::Swirl`); their calls have become the nodes of their bodies. */
  readonly functions: ReadonlySet<string>;
  /** The bytes of the file, of which the constants are views. */
  readonly bytes: Uint8Array;
}

const dtypesByNumber = new Map(Object.entries(dtypeNumbers).map(([dtype, number]) => [number, dtype as DType]));

/** `element type bfloat16`, for messages. */
export function nameOfType(number: number): string {
  const name = elementTypes[number];
  return name ? `element type ${name}` : `the unknown element type ${number}`;
}

/** The element type of a `TensorProto.DataType`; undefined for those that xstar does not handle (bfloat16, float8, ...). */
export function dtypeOf(number: number): DType | undefined {
  return dtypesByNumber.get(number);
}
