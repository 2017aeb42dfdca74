import { size, XstarError, type Tensor } from "@xstar/core";

/** Element types of xstar's safetensors files, with their names in such a file. */
const elements = {
  float32: { name: "F32", ArrayType: Float32Array },
  float16: { name: "F16", ArrayType: Uint16Array },
  float64: { name: "F64", ArrayType: Float64Array },
  int64: { name: "I64", ArrayType: BigInt64Array },
  int32: { name: "I32", ArrayType: Int32Array },
  uint8: { name: "U8", ArrayType: Uint8Array },
  bool: { name: "BOOL", ArrayType: Uint8Array },
} as const;

type ElementType = keyof typeof elements;

export interface TensorFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const metadataKey = "__metadata__";
const lengthBytes = 8;
/** What a header is filled up with. */
const space = 0x20;

/**
 * Tensors and texts as a safetensors file: length of the header (uint64 LE), the header as JSON, the data in the header's
 * order. Throws `bad-argument` for element types that `elements` has not.
 * Source: the format description at https://github.com/huggingface/safetensors.
 *
 * @example
 * const bytes = encodeTensors({ tensors: { weights: tensor("float32", [1, 2]) }, metadata: { by: "xstar" } });
 */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  const parts = Object.entries(tensors).map(([name, t]) => ({ name, shape: t.shape, ...bytesOf(name, t) }));
  let at = 0;
  const entries = parts.map(({ name, shape, dtype, bytes }) => {
    const begin = at;
    at += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify({ [metadataKey]: metadata, ...Object.fromEntries(entries) }));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const start = lengthBytes + headerBytes;
  const file = new Uint8Array(start + at).fill(space, 0, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, lengthBytes);
  entries.forEach(([, { data_offsets: offsets }], i) => file.set(parts[i]!.bytes, start + offsets[0]!));
  return file;
}

/**
 * What a safetensors file holds (copies of the numbers); undefined when it is not a whole one.
 *
 * @example
 * const tensors = decodeTensors(bytes)?.tensors;
 */
export function decodeTensors(file: Uint8Array): TensorFile | undefined {
  if (file.length < lengthBytes) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = lengthBytes + Number(view.getBigUint64(0, true));
  if (start > file.length) return undefined;
  const header = parseObject(new TextDecoder().decode(file.subarray(lengthBytes, start)));
  if (!header) return undefined;
  const { [metadataKey]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) return undefined;
  const tensors: Record<string, Tensor> = {};
  let at = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const known = readEntry(entry);
    if (!known || known.begin !== at || start + known.end > file.length) return undefined;
    const { dtype, shape, begin, end } = known;
    const bytes = new Uint8Array(file.subarray(start + begin, start + end));
    tensors[name] = { dtype, shape, data: new elements[dtype].ArrayType(bytes.buffer) };
    at = end;
  }
  return start + at === file.length ? { tensors, metadata: metadata as Record<string, string> } : undefined;
}

function bytesOf(name: string, { dtype, data }: Tensor): { dtype: string; bytes: Uint8Array } {
  if (!(dtype in elements) || !ArrayBuffer.isView(data))
    throw new XstarError("bad-argument", `The tensor "${name}" of type ${dtype} cannot be written to a file`);
  const { buffer, byteOffset, byteLength } = data;
  return { dtype: elements[dtype as ElementType].name, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

function readEntry(entry: unknown) {
  if (!isObject(entry)) return undefined;
  const { dtype: name, shape, data_offsets: offsets } = entry;
  const dtype = (Object.keys(elements) as ElementType[]).find((type) => elements[type].name === name);
  if (!dtype || !isCounts(shape) || !isCounts(offsets)) return undefined;
  const [begin = -1, end = -1] = offsets;
  return end - begin === size(shape) * elements[dtype].ArrayType.BYTES_PER_ELEMENT
    ? { dtype, shape, begin, end }
    : undefined;
}

const isCounts = (x: unknown): x is number[] =>
  Array.isArray(x) && x.every((one) => Number.isSafeInteger(one) && one >= 0);

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
