/** Arrays as the Python side writes them: element type, shape, little-endian bytes in base64. */

const views = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

export function unpack({ dtype, shape, base64 }) {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return { dtype, shape, data: new views[dtype](bytes.buffer) };
}
