import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { textOf } from "./files.js";
import type { ForeignFormat } from "./foreign.js";
import type { StrayFormat } from "./stray.js";

/** What a file is, by what is in it. */
export type Format = "hdf5" | "zip" | "json" | "gzip" | "tflite" | "protobuf" | "unknown" | ForeignFormat | StrayFormat;

const startsWith = (bytes: Uint8Array, text: string, at = 0) => textOf(bytes.subarray(at, at + text.length)) === text;

export const isTar = (bytes: Uint8Array): boolean => startsWith(bytes, "ustar", 257);

/** How far into a file its words are looked for. */
const headLength = 65_536;

export function recognize(bytes: Uint8Array): Format {
  if (startsWith(bytes.subarray(1), "HDF\r\n")) return "hdf5";
  if (startsWith(bytes, "PK\u0003\u0004")) return "zip";
  if (startsWith(bytes, "TFL3", 4)) return "tflite";
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (isTar(bytes)) return "archive";
  const head = textOf(bytes.subarray(0, headLength)).replace("\uFEFF", "");
  if (/^\s*\{/.test(head) || /^\s*\[\s*[{["]/.test(head)) return "json";
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) return pickled(bytes, head);
  if (startsWith(bytes, '{"', 8)) return "safetensors";
  if (startsWith(bytes.subarray(1), "NUMPY")) return "numpy";
  if (startsWith(bytes, "GGUF")) return "gguf";
  return described(head) ?? (isDarknet(bytes) ? "darknet" : isPaddleTensor(bytes) ? "paddlepaddle" : buffered(bytes));
}

/** Formats that are known by numbers alone, which others may begin with as well. */
const vague: ReadonlySet<Format> = new Set([
  "unknown",
  "protobuf",
  "core ml",
  "early core ml",
  "caffe",
  "darknet",
  "paddlepaddle",
]);

/** Bare numbers of TensorFlow.js: only the name, and what lies beside it, tells. */
export function isShard(format: Format, name: string, beside: readonly string[]): boolean {
  if (!vague.has(format)) return false;
  return /\bgroup\d+-shard\d+of\d+(\.bin)?$/.test(name) || (name.endsWith(".bin") && beside.includes("model.json"));
}

/** Whether a file that cannot be read as ONNX is better told of as what it is than as damaged ONNX. */
export function isOtherThanOnnx(bytes: Uint8Array, name?: string): boolean {
  const format = recognize(bytes);
  return format === "unknown" ? name !== undefined && !name.endsWith(".onnx") : format !== "onnx";
}

/** Texts that describe a network, or lie in its place. */
function described(head: string): ForeignFormat | StrayFormat | undefined {
  if (head.startsWith("version https://git-lfs.github.com/")) return "git lfs";
  if (/^\s*<(!doctype\s+html|html)\b/i.test(head)) return "web page";
  const text = head.replace(/^(\s*#.*\n|\s+)*/, "");
  if (/^\[(net|network)\]/.test(text)) return "darknet";
  if (/^(<\?xml[^>]*>\s*)?<net\s[^>]*version=/.test(text)) return "openvino";
  return /^\w+\s*[:{]/.test(text) && /\blayers?\s*\{/.test(text) ? "caffe" : undefined;
}

/** PyTorch's files of before 1.6 begin with a number of their own; those of PaddlePaddle hold a name that says so. */
function pickled(bytes: Uint8Array, head: string): ForeignFormat {
  const number = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  if (number.every((byte, i) => bytes[2 + i] === byte)) return "pytorch";
  if (/sklearn/.test(head)) return "scikit-learn";
  const end = textOf(bytes.subarray(Math.max(0, bytes.length - headLength)));
  if (/StructuredToParameterName@@/.test(head + end)) return "weights of paddlepaddle";
  return /\btorch\b/.test(head) ? "pytorch" : "pickle";
}

/** Weights of Darknet: version 0.1 or 0.2, how many pictures were seen, numbers. */
function isDarknet(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 20 || bytes.byteLength % 4 !== 0) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [major, minor, revision] = [0, 4, 8].map((at) => view.getInt32(at, true)) as [number, number, number];
  return major === 0 && minor >= 1 && minor <= 2 && revision >= 0 && revision <= 9;
}

/** Weights of PaddlePaddle: versions and level are 0, then a description of the first array with its length. */
function isPaddleTensor(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 24 || bytes.subarray(0, 16).some((byte) => byte !== 0)) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 20).getInt32(16, true);
  return length >= 2 && length < 100 && bytes[20] === 0x08;
}

/** Protocol buffers begin with the first field of their message, and do not say which one it is. */
function buffered(bytes: Uint8Array): Format {
  const fields = topFields(bytes);
  const [first] = fields;
  if (!first) return "unknown";
  const numbers = new Set(fields.map(({ number }) => number));
  // Core ML says what kind of model it is by a field from 200 on; the schema of a SavedModel has version 1, ONNX has had 3 for long
  if (first.number === 1 && first.type === WireType.Varint) {
    if (fields.some(({ number }) => number >= 200)) return bytes[1]! <= 3 ? "early core ml" : "core ml";
    return bytes[1]! > 2 ? "onnx" : "protobuf";
  }
  const isText = first.content !== undefined && first.content[0]! >= 0x20;
  const hasLayers = numbers.has(100) || numbers.has(2);
  if ((isText && hasLayers) || (first.number > 1 && numbers.has(100))) return "caffe";
  if (first.number !== 1 || first.type !== WireType.LengthDelimited) return "unknown";
  // PaddlePaddle has blocks, which begin with a number, TensorFlow nodes, which begin with a name
  return first.content![0] === 0x08 ? "paddlepaddle" : "protobuf";
}

interface TopField {
  readonly number: number;
  readonly type: WireType;
  /** The first bytes of what has a length. */
  readonly content?: Uint8Array;
}

/** The fields of a message; as far as they can be read. */
function topFields(bytes: Uint8Array): TopField[] {
  const reader = new BinaryReader(bytes);
  const fields: TopField[] = [];
  const most = 1000;
  try {
    while (reader.pos < reader.len && fields.length < most) {
      const [number, type] = reader.tag();
      if (type === WireType.LengthDelimited) {
        const length = reader.uint32();
        fields.push({ number, type, content: bytes.subarray(reader.pos, reader.pos + 8) });
        reader.pos += length;
      } else {
        fields.push({ number, type });
        reader.skip(type, number);
      }
    }
  } catch {
    return fields;
  }
  return fields;
}
