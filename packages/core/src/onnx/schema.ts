import { choice, many, MessageType, one, packed } from "./message.js";

/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as xstar reads or writes them; other
 * fields are kept as they lie in the file.
 */
export interface ModelProto {
  readonly irVersion: bigint;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph: GraphProto | undefined;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly metadataProps: readonly EntryProto[];
  readonly functions: readonly FunctionProto[];
}

export interface OperatorSetIdProto {
  readonly domain: string;
  readonly version: bigint;
}

export interface EntryProto {
  readonly key: string;
  readonly value: string;
}

export interface FunctionProto {
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly string[];
  readonly node: readonly NodeProto[];
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly domain: string;
  readonly attributeProto: readonly AttributeProto[];
  readonly overload: string;
}

export interface GraphProto {
  readonly node: readonly NodeProto[];
  readonly name: string;
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  readonly sparseInitializer: readonly Uint8Array[];
}

export interface NodeProto {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: readonly AttributeProto[];
  readonly domain: string;
  readonly overload: string;
}

export interface AttributeProto {
  readonly name: string;
  readonly f: number;
  readonly i: bigint;
  readonly s: Uint8Array;
  readonly t: TensorProto | undefined;
  readonly g: GraphProto | undefined;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
  readonly tensors: readonly Uint8Array[];
  readonly graphs: readonly GraphProto[];
  readonly tp: Uint8Array;
  readonly typeProtos: readonly Uint8Array[];
  readonly type: number;
  readonly refAttrName: string;
}

export interface TensorProto {
  readonly dims: readonly bigint[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly stringData: readonly Uint8Array[];
  readonly int64Data: readonly bigint[];
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly bigint[];
  readonly externalData: readonly EntryProto[];
  readonly dataLocation: number;
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type: TypeProto | undefined;
}

/** One of these. */
export interface TypeProto {
  readonly tensorType: TensorTypeProto | undefined;
  readonly sequenceType: Uint8Array | undefined;
  readonly mapType: Uint8Array | undefined;
  readonly sparseTensorType: Uint8Array | undefined;
  readonly optionalType: Uint8Array | undefined;
}

export interface TensorTypeProto {
  readonly elemType: number;
  readonly shape: ShapeProto | undefined;
}

export interface ShapeProto {
  readonly dim: readonly DimensionProto[];
}

/** One of these, or none. */
export interface DimensionProto {
  readonly dimValue: bigint | undefined;
  readonly dimParam: string | undefined;
}

/** `AttributeProto.AttributeType`: those that xstar understands. */
export const Kind = { FLOAT: 1, INT: 2, STRING: 3, TENSOR: 4, GRAPH: 5, FLOATS: 6, INTS: 7, STRINGS: 8 } as const;

/** `TensorProto.DataType`, in order. */
export const elementTypes =
  "undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double uint32 uint64 complex64 complex128 bfloat16 float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1 float8e8m0 uint2 int2".split(
    " ",
  );

/** `TensorProto.DataLocation`. */
export const external = 1;

export const entryProto = new MessageType<EntryProto>({ key: one(1, "string"), value: one(2, "string") });

export const operatorSetIdProto = new MessageType<OperatorSetIdProto>({
  domain: one(1, "string"),
  version: one(2, "int64"),
});

export const dimensionProto = new MessageType<DimensionProto>({
  dimValue: choice(1, "int64"),
  dimParam: choice(2, "string"),
});

export const shapeProto = new MessageType<ShapeProto>({ dim: many(1, () => dimensionProto) });

export const tensorTypeProto = new MessageType<TensorTypeProto>({
  elemType: one(1, "int32"),
  shape: one(2, () => shapeProto),
});

export const typeProto = new MessageType<TypeProto>({
  tensorType: choice(1, () => tensorTypeProto),
  sequenceType: choice(4, "bytes"),
  mapType: choice(5, "bytes"),
  sparseTensorType: choice(8, "bytes"),
  optionalType: choice(9, "bytes"),
});

export const valueInfoProto = new MessageType<ValueInfoProto>({
  name: one(1, "string"),
  type: one(2, () => typeProto),
});

export const tensorProto = new MessageType<TensorProto>({
  dims: many(1, "int64"),
  dataType: one(2, "int32"),
  floatData: packed(4, "float"),
  int32Data: packed(5, "int32"),
  stringData: many(6, "bytes"),
  int64Data: packed(7, "int64"),
  name: one(8, "string"),
  rawData: one(9, "bytes"),
  doubleData: packed(10, "double"),
  uint64Data: packed(11, "uint64"),
  externalData: many(13, () => entryProto),
  dataLocation: one(14, "int32"),
});

export const attributeProto: MessageType<AttributeProto> = new MessageType<AttributeProto>({
  name: one(1, "string"),
  f: one(2, "float"),
  i: one(3, "int64"),
  s: one(4, "bytes"),
  t: one(5, () => tensorProto),
  g: one(6, () => graphProto),
  floats: many(7, "float"),
  ints: many(8, "int64"),
  strings: many(9, "bytes"),
  tensors: many(10, "bytes"),
  graphs: many(11, () => graphProto),
  tp: one(14, "bytes"),
  typeProtos: many(15, "bytes"),
  type: one(20, "int32"),
  refAttrName: one(21, "string"),
});

export const nodeProto = new MessageType<NodeProto>({
  input: many(1, "string"),
  output: many(2, "string"),
  name: one(3, "string"),
  opType: one(4, "string"),
  attribute: many(5, () => attributeProto),
  domain: one(7, "string"),
  overload: one(8, "string"),
});

export const graphProto: MessageType<GraphProto> = new MessageType<GraphProto>({
  node: many(1, () => nodeProto),
  name: one(2, "string"),
  initializer: many(5, () => tensorProto),
  input: many(11, () => valueInfoProto),
  output: many(12, () => valueInfoProto),
  valueInfo: many(13, () => valueInfoProto),
  sparseInitializer: many(15, "bytes"),
});

export const functionProto = new MessageType<FunctionProto>({
  name: one(1, "string"),
  input: many(4, "string"),
  output: many(5, "string"),
  attribute: many(6, "string"),
  node: many(7, () => nodeProto),
  opsetImport: many(9, () => operatorSetIdProto),
  domain: one(10, "string"),
  attributeProto: many(11, () => attributeProto),
  overload: one(13, "string"),
});

export const modelProto = new MessageType<ModelProto>({
  irVersion: one(1, "int64"),
  producerName: one(2, "string"),
  producerVersion: one(3, "string"),
  graph: one(7, () => graphProto),
  opsetImport: many(8, () => operatorSetIdProto),
  metadataProps: many(14, () => entryProto),
  functions: many(25, () => functionProto),
});
