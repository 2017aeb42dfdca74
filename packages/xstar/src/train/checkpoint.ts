import { XstarError, type Tensor } from "@xstar/core";
import type { Confusion } from "../analysis/confusion.js";

/** Where a training stands: enough to go on and end with the same bytes. */
export interface Position {
  /** Which recipe it belongs to. */
  readonly hash: string;
  /** Steps taken. */
  readonly step: number;
  /** Running means of the last batches. */
  readonly loss: number;
  readonly accuracy: number;
  /** float32 tensors by name: weights and what the optimizer keeps. */
  readonly state: Readonly<Record<string, Tensor>>;
}

/** A network as an ONNX file, and what it makes of the test set. */
export interface TestedNetwork {
  readonly model: Uint8Array;
  readonly confusion: Confusion;
}

/** What is kept of a training that is not at its end. */
export interface Checkpoint extends Position {
  /** Spent on the training so far, in all its runs. */
  readonly seconds: number;
  /** By test accuracy; null before the first test. */
  readonly best: TestedNetwork | null;
}

const magic = "XSTARCK2";

/**
 * Layout: magic, length of a JSON header (uint32 LE), the header, the float32 data in the header's order, then the best
 * network.
 */
export function encodeCheckpoint({ state, best, ...facts }: Checkpoint): Uint8Array {
  const tensors = Object.entries(state).map(([name, { shape }]) => ({ name, shape }));
  const kept = best && { length: best.model.length, confusion: best.confusion };
  const header = Buffer.from(JSON.stringify({ ...facts, tensors, best: kept } satisfies Header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const data = Object.values(state).map((t) => {
    const values = t.data as Float32Array;
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  });
  return Buffer.concat([Buffer.from(magic), length, header, ...data, best?.model ?? new Uint8Array()]);
}

/** Throws `bad-data` when the bytes are no whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = () =>
    new XstarError("bad-data", `"${file}" is not a whole checkpoint`, { hint: "Delete it to begin again" });
  if (buffer.length < 12 || buffer.toString("latin1", 0, 8) !== magic) throw broken();
  const start = 12 + buffer.readUInt32LE(8);
  const header = headerOf(buffer.toString("utf8", 12, start));
  if (!header) throw broken();
  let at = start;
  const state: Record<string, Tensor> = {};
  for (const { name, shape } of header.tensors) {
    const length = 4 * shape.reduce((product, dim) => product * dim, 1);
    if (at + length > buffer.length) throw broken();
    state[name] = {
      dtype: "float32",
      shape,
      data: new Float32Array(new Uint8Array(buffer.subarray(at, at + length)).buffer),
    };
    at += length;
  }
  const { tensors: _, best, loss, accuracy, ...facts } = header;
  if (at + (best?.length ?? 0) !== buffer.length) throw broken();
  return {
    ...facts,
    // JSON writes what is not finite as null
    loss: loss ?? Number.NaN,
    accuracy: accuracy ?? Number.NaN,
    state,
    best: best && { model: new Uint8Array(buffer.subarray(at)), confusion: best.confusion },
  };
}

interface Header {
  readonly hash: string;
  readonly step: number;
  readonly seconds: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly best: { readonly length: number; readonly confusion: Confusion } | null;
}

function headerOf(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    const isWhole = header.tensors.every(({ shape }) => shape.every((dim) => Number.isInteger(dim) && dim >= 0));
    const hasNumbers = Number.isInteger(header.step) && Number.isFinite(header.seconds);
    return isWhole && hasNumbers && header.best !== undefined ? header : undefined;
  } catch {
    return undefined;
  }
}
