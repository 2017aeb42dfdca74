import { gunzipSync } from "node:zlib";
import { XstarError } from "@xstar/core";

/** The unsigned bytes of an IDX file, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const elementTypes: Readonly<Record<number, string>> = {
  0x08: "uint8",
  0x09: "int8",
  0x0b: "int16",
  0x0c: "int32",
  0x0d: "float32",
  0x0e: "float64",
};

const largestSize = 2 ** 31;

/**
 * The array in an IDX file of unsigned bytes with `rank` dimensions (3: pictures, 1: labels), gzip or not. The data is a
 * view of the bytes unless they were compressed.
 *
 * Throws `bad-data`, naming `file`, when it is anything else, cut short or too long.
 * The format: http://yann.lecun.com/exdb/mnist
 */
export function parseIdx(bytes: Uint8Array, file: string, rank: number): IdxArray {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? decompress(bytes, file) : bytes;
  const header = 4 + 4 * rank;
  if (content.length < 4) throw bad(file, `is cut short: it has ${content.length} bytes`);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const magic = view.getUint32(0);
  const wanted = 0x0800 + rank;
  if (magic !== wanted) throw bad(file, `starts with ${hex(magic)}${explain(magic)}, not ${hex(wanted)}`);
  if (content.length < header) throw bad(file, `is cut short: it has ${content.length} of ${header} bytes of header`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (length === 0 || length > largestSize) throw bad(file, `has absurd dimensions: ${shape.join(" x ")}`);
  const found = content.length - header;
  if (found !== length) {
    throw bad(
      file,
      `${found < length ? "is cut short" : "has trailing data"}: ${shape.join(" x ")} takes ${length} bytes, but ${found} follow the header`,
    );
  }
  return { shape, data: new Uint8Array(content.buffer, content.byteOffset + header, length) };
}

function decompress(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestSize });
  } catch (cause) {
    throw bad(file, `could not be decompressed (${(cause as Error).message})`, cause);
  }
}

/** What a magic number says, when it is one of IDX at all. */
function explain(magic: number): string {
  const type = elementTypes[magic >>> 8];
  return type === undefined ? ", which is not IDX" : ` (${type}, rank ${magic & 0xff})`;
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}

function bad(file: string, problem: string, cause?: unknown): XstarError {
  return new XstarError("bad-data", `The IDX file "${file}" ${problem}`, {
    hint: "Download the file again, or check that it holds MNIST-like pictures (uint8, rank 3) or labels (uint8, rank 1)",
    cause,
  });
}
