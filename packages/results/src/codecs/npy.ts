import { oneOf, type Shape, size, type Tensor, XstarError } from "@xstar/core";

/** Element types of .npy files that xstar writes and reads, with their names in such a file. */
const elements = {
  float32: { descr: "<f4", ArrayType: Float32Array },
  float64: { descr: "<f8", ArrayType: Float64Array },
  int64: { descr: "<i8", ArrayType: BigInt64Array },
  int32: { descr: "<i4", ArrayType: Int32Array },
  uint8: { descr: "|u1", ArrayType: Uint8Array },
} as const;

type NpyType = keyof typeof elements;

const npyTypes = Object.keys(elements) as NpyType[];
const magic = "\x93NUMPY";
const prefixBytes = magic.length + 4;

/**
 * The tensor as a NumPy file, format version 1.0, C order. Throws `bad-argument` for other element types than
 * float32, float64, int64, int32 and uint8. Source: NEP 1, "A Simple File Format for NumPy Arrays".
 *
 * @example
 * const bytes = encodeNpy(tensor("float32", [1, 2, 3, 4], [2, 2]));
 */
export function encodeNpy({ dtype, shape, data }: Tensor): Uint8Array {
  if (!isNpyType(dtype) || !ArrayBuffer.isView(data)) {
    throw new XstarError("bad-argument", `A .npy file of xstar holds ${oneOf(npyTypes)}, not "${dtype}"`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${elements[dtype].descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const headerBytes = Math.ceil((prefixBytes + dictionary.length + 1) / 64) * 64 - prefixBytes;
  const length = String.fromCharCode(headerBytes & 255, headerBytes >> 8);
  const head = `${magic}\x01\x00${length}${dictionary.padEnd(headerBytes - 1)}\n`;
  const bytes = new Uint8Array(head.length + data.byteLength);
  for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  return bytes;
}

/**
 * The tensor in a NumPy file (its own copy of the numbers). Throws `bad-data`, naming `source`.
 *
 * @example
 * const { shape, data } = decodeNpy(bytes);
 */
export function decodeNpy(bytes: Uint8Array, source = "the .npy file"): Tensor {
  const fail = (problem: string, hint?: string) =>
    new XstarError("bad-data", `${source} ${problem}`, hint ? { hint } : {});
  const latin1 = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (latin1(0, magic.length) !== magic) throw fail("is not a NumPy file: it does not begin with the magic bytes");
  if (bytes[6] !== 1) throw fail(`has version ${bytes[6]} of the NumPy format, but only version 1 is read`);

  const dataStart = prefixBytes + (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0);
  const header = latin1(prefixBytes, dataStart);
  const [, descr] = /'descr': *'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order': *(True|False)/.exec(header) ?? [];
  const [, dims] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  if (bytes.length < dataStart || dims === undefined || order === undefined) throw fail("has a damaged header");
  if (order === "True") {
    throw fail(
      "is in Fortran order, but only C order is read",
      "Save it with np.save(path, np.ascontiguousarray(array))",
    );
  }
  const dtype = npyTypes.find((type) => elements[type].descr === descr);
  if (!dtype) {
    throw fail(
      `holds elements of type ${descr ?? "(a record)"}, but only ${oneOf(npyTypes)} are read`,
      `Convert it with array.astype("float32")`,
    );
  }

  const shape: Shape = dims
    .split(",")
    .filter((dim) => dim.trim() !== "")
    .map(Number);
  const { ArrayType } = elements[dtype];
  const wanted = size(shape) * ArrayType.BYTES_PER_ELEMENT;
  const data = bytes.subarray(dataStart, dataStart + wanted);
  if (data.length < wanted)
    throw fail(`is cut off: it has ${data.length} of the ${wanted} bytes that its shape [${shape}] needs`);
  return { dtype, shape, data: new ArrayType(new Uint8Array(data).buffer) };
}

function isNpyType(dtype: string): dtype is NpyType {
  return dtype in elements;
}
