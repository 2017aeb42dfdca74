import { XstarError, type Tensor } from "@xstar/core";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { textOf, type ModelFiles } from "../files.js";
import { decode, type Message } from "../formats/protobuf.js";
import { bundleEntrySchema } from "./schema.js";
import { dtypeOfNumber, readDims, tensorOfBytes } from "./values.js";

/** Where an array of a checkpoint lies. */
interface Entry {
  readonly type: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
}

/** Reads the arrays of a checkpoint (`variables.index` and its data files) by their keys. Throws `bad-model`. */
export async function readBundle(files: ModelFiles, index: string): Promise<(key: string) => Tensor | undefined> {
  const entries = readIndex(await files.read(index));
  const stem = index.replace(/index$/, "data-");
  const shards = (await files.list()).filter((name) => name.startsWith(stem)).sort();
  const data = await Promise.all(shards.map((name) => files.read(name)));
  return (key) => {
    const entry = entries.get(key);
    if (!entry || !dtypeOfNumber(entry.type)) return undefined;
    const { type, shape, shard, offset, size } = entry;
    const bytes = data[shard]?.subarray(offset, offset + size);
    if (bytes?.byteLength !== size)
      throw new XstarError("bad-model", `The checkpoint ends inside of "${key}"`, {
        hint: "Check that every file in variables/ was copied whole",
      });
    return tensorOfBytes(type, shape, bytes, key);
  };
}

const footerSize = 48;

/** The index is a table of LevelDB: blocks of sorted keys, and a last block that says where they are. */
function readIndex(bytes: Uint8Array): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  try {
    const footer = new BinaryReader(bytes.subarray(bytes.byteLength - footerSize));
    readHandle(footer);
    for (const [, handle] of readBlock(bytes, readHandle(footer)))
      for (const [key, value] of readBlock(bytes, readHandle(new BinaryReader(handle))))
        if (key !== "") entries.set(key, readEntry(value));
  } catch (cause) {
    if (XstarError.is(cause)) throw cause;
    throw new XstarError("bad-model", "The index of the checkpoint is damaged", {
      hint: "Check that variables.index was copied whole",
      cause,
    });
  }
  return entries;
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

const readHandle = (reader: BinaryReader): Handle => ({
  offset: Number(reader.uint64()),
  size: Number(reader.uint64()),
});

/** Keys share their beginnings with the one before. */
function* readBlock(bytes: Uint8Array, { offset, size }: Handle): Generator<[string, Uint8Array]> {
  if (bytes[offset + size] !== 0)
    throw new XstarError("unsupported-model", "The index of the checkpoint is compressed, which is not supported");
  const block = bytes.subarray(offset, offset + size);
  const restarts = new DataView(block.buffer, block.byteOffset + size - 4, 4).getUint32(0, true);
  const reader = new BinaryReader(block.subarray(0, size - 4 * (restarts + 1)));
  let key = new Uint8Array();
  while (reader.pos < reader.len) {
    const [shared, added, length] = [reader.uint32(), reader.uint32(), reader.uint32()];
    const rest = block.subarray(reader.pos, reader.pos + added);
    key = Uint8Array.from([...key.subarray(0, shared), ...rest]);
    const from = reader.pos + added;
    reader.pos = from + length;
    yield [textOf(key), block.subarray(from, from + length)];
  }
}

function readEntry(value: Uint8Array): Entry {
  const {
    dtype,
    shape,
    shardId = 0,
    offset = 0,
    size = 0,
  } = decode(bundleEntrySchema, value) as Record<string, number> & { shape?: Message };
  const dims = readDims(shape ?? {}) ?? [];
  return { type: dtype ?? 0, shape: dims.map((dim) => dim ?? 0), shard: shardId, offset, size };
}
