import { XstarError, type Tensor } from "@xstar/core";

/** Where a training stands: enough to go on and end with the same bytes. */
export interface Checkpoint {
  /** Which recipe it belongs to. */
  readonly hash: string;
  /** Steps taken. */
  readonly step: number;
  /** float32 tensors by name: weights and what the optimizer keeps. */
  readonly state: Readonly<Record<string, Tensor>>;
}

const magic = "XSTARCK1";

/** Layout: magic, length of a JSON header (uint32 LE), the header, then the float32 data in the header's order. */
export function encodeCheckpoint({ hash, step, state }: Checkpoint): Uint8Array {
  const tensors = Object.entries(state).map(([name, { shape }]) => ({ name, shape }));
  const header = Buffer.from(JSON.stringify({ hash, step, tensors }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const data = Object.values(state).map((t) => {
    const values = t.data as Float32Array;
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  });
  return Buffer.concat([Buffer.from(magic), length, header, ...data]);
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
  if (at !== buffer.length) throw broken();
  return { hash: header.hash, step: header.step, state };
}

interface Header {
  readonly hash: string;
  readonly step: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

function headerOf(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    const isWhole = header.tensors.every(({ shape }) => shape.every((dim) => Number.isInteger(dim) && dim >= 0));
    return isWhole && Number.isInteger(header.step) ? header : undefined;
  } catch {
    return undefined;
  }
}
