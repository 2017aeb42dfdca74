import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { XstarError } from "@xstar/core";

type Scalar = "bytes" | "string" | "int" | "float" | "double" | "bool";

/** The fields of a message that are read, by number: name, kind, and whether there may be several. */
export interface Schema {
  readonly [field: number]: readonly [name: string, kind: Scalar | (() => Schema), count?: "many" | "map"];
}

/** A message as an object; lists and maps that are absent are left out, numbers are JavaScript's. */
export type Message = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<Scalar, (reader: BinaryReader) => unknown>> = {
  bytes: (reader) => reader.bytes(),
  string: (reader) => reader.string(),
  int: (reader) => Number(reader.int64()),
  float: (reader) => reader.float(),
  double: (reader) => reader.double(),
  bool: (reader) => reader.bool(),
};

/** Reads a message; fields that the schema does not have are skipped. Throws `bad-model` for damaged bytes. */
export function decode(schema: Schema, bytes: Uint8Array): Message {
  try {
    return readMessage(schema, new BinaryReader(bytes), 0);
  } catch (cause) {
    if (XstarError.is(cause)) throw cause;
    throw new XstarError("bad-model", "The protocol buffer is damaged", {
      hint: "Check that the file was copied whole",
      cause,
    });
  }
}

/** Deeper than any message is nested. */
const deepest = 64;

function readMessage(schema: Schema, reader: BinaryReader, depth: number): Message {
  if (depth > deepest) throw new Error("messages without end");
  const message: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const known = schema[field];
    if (!known) {
      reader.skip(wire);
      continue;
    }
    const [name, kind, count] = known;
    const read = (from: BinaryReader) =>
      typeof kind === "string" ? readers[kind](from) : readMessage(kind(), new BinaryReader(from.bytes()), depth + 1);
    if (count === "map") {
      const { key, value } = readMessage(
        { 1: ["key", "string"], 2: ["value", kind] },
        new BinaryReader(reader.bytes()),
        depth + 1,
      );
      ((message[name] ??= new Map()) as Map<unknown, unknown>).set(key ?? "", value ?? (kind === "string" ? "" : {}));
    } else if (count === "many") {
      const list = (message[name] ??= []) as unknown[];
      const isPacked =
        wire === WireType.LengthDelimited && typeof kind === "string" && kind !== "bytes" && kind !== "string";
      if (isPacked) readPacked(reader.bytes(), read, list);
      else list.push(read(reader));
    } else message[name] = read(reader);
  }
  return message;
}

function readPacked(bytes: Uint8Array, read: (reader: BinaryReader) => unknown, list: unknown[]): void {
  const packed = new BinaryReader(bytes);
  while (packed.pos < packed.len) list.push(read(packed));
}
