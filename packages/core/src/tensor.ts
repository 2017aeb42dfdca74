import { check, XstarError } from "./errors.js";

/** Element types that xstar handles, named as in ONNX Runtime's JavaScript API. */
export type DType =
  | "float16"
  | "float32"
  | "float64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string";

/** Numbers of the element types in ONNX files and attributes (`TensorProto.DataType`). */
export const dtypeNumbers: Readonly<Record<DType, number>> = {
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

/** The sizes of the axes of a tensor, outermost first; [] for a single number. */
export type Shape = readonly number[];

/** Shapes by the name of the input, as a map or a plain object. */
export type ShapesByName = ReadonlyMap<string, Shape> | Readonly<Record<string, Shape>>;

/**
 * The shapes as a map. Throws `bad-argument` for what are none.
 *
 * @example
 * shapesOf({ x: [1, 3, 224, 224] }).get("x"); // [1, 3, 224, 224]
 */
export function shapesOf(given: ShapesByName = new Map()): ReadonlyMap<string, Shape> {
  check(typeof given === "object" && given !== null, "shapes", "a shape for each input, by its name", given);
  const shapes = given instanceof Map ? (given as ReadonlyMap<string, Shape>) : new Map(Object.entries(given));
  for (const [name, shape] of shapes) {
    const isShape = Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0);
    check(isShape, `shapes.${name}`, "a list of whole numbers", shape);
  }
  return shapes;
}

/** How the elements of each type are held: float16 as its bits, bool as 0 and 1. */
export interface DataOf {
  readonly float16: Uint16Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** The elements of a tensor of any type, row by row. */
export type TensorData = DataOf[DType];

/**
 * A dense row-major array. float16 is held as its bits in a Uint16Array, bool as 0/1 in a Uint8Array.
 *
 * @example
 * const grey: Tensor<"float32"> = tensor("float32", new Float32Array(784).fill(0.5), [1, 28, 28]);
 */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: DataOf[D];
}

/** Bytes of one element; undefined for strings. */
export const elementBytes: Readonly<Record<DType, number | undefined>> = {
  float16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
  string: undefined,
};

const arrays = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** The types that hold floating-point numbers. */
export const floatTypes: ReadonlySet<DType> = new Set<DType>(["float16", "float32", "float64"]);

/**
 * The number of elements of a shape (1 for a scalar).
 *
 * @example
 * size([1, 3, 224, 224]); // 150528
 */
export function size(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/**
 * Whether two shapes have the same number of axes, of the same sizes.
 *
 * @example
 * sameShape([1, 3], [1, 3]); // true
 */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * A tensor of any numeric type from numbers. Throws `bad-argument` when the shape does not hold that many.
 *
 * @example
 * const gray = tensor("float32", new Float32Array(3 * 8 * 8).fill(0.5), [3, 8, 8]);
 */
export function tensor<D extends Exclude<DType, "string">>(
  dtype: D,
  values: ArrayLike<number>,
  shape: Shape = [values?.length],
): Tensor<D> {
  check(typeof values?.length === "number", "values", "a list of numbers", values);
  if (size(shape) !== values.length) {
    throw new XstarError(
      "bad-argument",
      `A tensor of shape [${shape}] holds ${size(shape)} numbers, but ${values.length} were given`,
      { hint: "Give another shape, or that many numbers" },
    );
  }
  return { dtype, shape, data: elementsOf(dtype, values) as DataOf[D] };
}

function elementsOf(dtype: Exclude<DType, "string">, values: ArrayLike<number>): TensorData {
  if (dtype === "int64" || dtype === "uint64") {
    const data = new arrays[dtype](values.length);
    const convert = dtype === "int64" ? toInt64 : (value: number) => BigInt(Math.trunc(value));
    for (let i = 0; i < values.length; i++) data[i] = convert(values[i]!);
    return data;
  }
  if (dtype === "float32" && values instanceof Float32Array) return values;
  if (dtype === "float16") return Uint16Array.from(values, toHalf);
  return arrays[dtype].from(values);
}

/** Numbers beyond int64 (its largest read as a double is 2^63) stand for its bounds, as in "slice to the end". */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** The same bytes seen as elements of `dtype`; copies only when the offset is not aligned for it. */
export function viewBytes(dtype: Exclude<DType, "string">, bytes: Uint8Array): Exclude<TensorData, readonly string[]> {
  const ArrayType = arrays[dtype];
  const aligned = bytes.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new ArrayType(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(bytes.byteLength / ArrayType.BYTES_PER_ELEMENT),
  );
}

/** Whether two tensors are of the same type and shape and hold the same; NaN is the same as NaN, and -0 is not 0. */
export function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return false;
  return a.data.every((element: number | bigint | string, i: number) => Object.is(element, b.data[i]));
}

/**
 * The tensor's elements as JavaScript numbers. Throws `bad-argument` for strings.
 *
 * @example
 * numbers(tensor("int64", [1, 2, 3])); // [1, 2, 3]
 */
export function numbers(t: Tensor): number[] {
  if (t.dtype === "string") throw new XstarError("bad-argument", "A tensor of strings has no numbers");
  if (t.dtype === "float16") return Array.from(t.data as Uint16Array, fromHalf);
  return Array.from(t.data as ArrayLike<number | bigint>, Number);
}

/**
 * IEEE 754 half-precision bits to a number.
 *
 * @example
 * fromHalf(0x3c00); // 1
 */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(8));

/** A number to IEEE 754 half-precision bits, rounded to nearest even. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  scratch.setFloat64(0, value);
  const high = scratch.getUint16(0);
  const sign = high & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(((high >> 4) & 0x7ff) - 1023, -14);
  return sign | (((exponent + 14) << 10) + roundToEven(magnitude * 2 ** (10 - exponent)));
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
