import { deepest, Reader, Wire, Writer } from "./wire.js";

type Scalar = "string" | "bytes" | "int32" | "int64" | "uint64" | "float" | "double";

/** A field of a message: its number in the file, and what it holds. */
export interface Field {
  readonly number: number;
  readonly holds: Scalar | (() => AnyMessageType);
  readonly is: "one" | "choice" | "many" | "packed";
}

/** A kind of message whatever its fields: messages hold one another, so that tables name each other. */
interface AnyMessageType {
  make(fields: object): object;
  readInto(message: object, bytes: Uint8Array, depth: number): void;
  writeTo(writer: Writer, message: object): void;
}

export const one = (number: number, holds: Field["holds"]): Field => ({ number, holds, is: "one" });
/** A field of a `oneof`: undefined where it is not the one. */
export const choice = (number: number, holds: Field["holds"]): Field => ({ number, holds, is: "choice" });
export const many = (number: number, holds: Field["holds"]): Field => ({ number, holds, is: "many" });
/** Numbers that are written behind one tag. */
export const packed = (number: number, holds: Scalar): Field => ({ number, holds, is: "packed" });

const defaults = { string: "", bytes: new Uint8Array(), int32: 0, int64: 0n, uint64: 0n, float: 0, double: 0 };

const wires = { string: 2, bytes: 2, int32: 0, int64: 0, uint64: 0, float: 5, double: 1 } as const;

/** Fields that a message does not know, as they lay in the file: they are written back. */
const unknown = Symbol("unknown");

/** A kind of message, by its fields in the order of their numbers. What a message lacks is on its prototype, as the default. */
export class MessageType<T extends object> {
  readonly #fields: readonly (readonly [key: string, field: Field])[];
  readonly #byNumber: ReadonlyMap<number, readonly [key: string, field: Field]>;
  readonly #blank: object;

  constructor(fields: Readonly<Record<keyof T & string, Field>>) {
    this.#fields = Object.entries<Field>(fields);
    this.#byNumber = new Map(this.#fields.map((entry) => [entry[1].number, entry]));
    this.#blank = Object.fromEntries(this.#fields.map(([key, field]) => [key, defaultOf(field)]));
  }

  /** A message with these fields. */
  make(fields: Partial<T>): T {
    return Object.assign(Object.create(this.#blank) as T, fields);
  }

  /** Throws a RangeError for bytes that are no protobuf. Bytes within the message are views of the given ones. */
  read(bytes: Uint8Array): T {
    const message = this.make({});
    this.readInto(message, bytes, 0);
    return message;
  }

  write(message: T): Uint8Array<ArrayBuffer> {
    const writer = new Writer();
    this.writeTo(writer, message);
    return writer.finish();
  }

  /** Adds the fields in the bytes to a message; `depth` counts the messages around it. */
  readInto(message: T, bytes: Uint8Array, depth: number): void {
    if (depth > deepest) throw new RangeError("Messages are nested too deep");
    const held = message as Record<string, unknown> & { [unknown]?: Uint8Array[] };
    const reader = new Reader(bytes);
    while (!reader.isAtEnd) {
      const start = reader.at;
      const { number, wire } = reader.tag();
      const [key, field] = this.#byNumber.get(number) ?? [];
      if (key === undefined || field === undefined || !fits(field, wire)) {
        reader.skip(wire);
        (held[unknown] ??= []).push(bytes.subarray(start, reader.at));
        continue;
      }
      const known = Object.hasOwn(held, key) ? held[key] : undefined;
      if (!isList(field)) {
        held[key] = readOne(reader, field, depth, known);
        continue;
      }
      const list = (known ?? (held[key] = [])) as unknown[];
      const isPacked = typeof field.holds === "string" && wire !== wires[field.holds];
      const from = isPacked ? new Reader(reader.bytes()) : reader;
      do if (!from.isAtEnd) list.push(readOne(from, field, depth));
      while (isPacked && !from.isAtEnd);
    }
  }

  writeTo(writer: Writer, message: T): void {
    const held = message as Record<string, unknown> & { [unknown]?: Uint8Array[] };
    for (const [key, field] of this.#fields) {
      const value = Object.hasOwn(held, key) ? held[key] : undefined;
      if (value === undefined) continue;
      const { number, holds, is } = field;
      const values = isList(field) ? (value as readonly unknown[]) : [value];
      if (is === "packed" && values.length > 0) {
        writer.tag(number, Wire.bytes);
        writer.nested((inner) => values.forEach((each) => writeOne(inner, field, each)));
      } else {
        for (const each of values) {
          writer.tag(number, typeof holds === "string" ? wires[holds] : Wire.bytes);
          writeOne(writer, field, each);
        }
      }
    }
    for (const bytes of held[unknown] ?? []) writer.raw(bytes);
  }
}

const isList = ({ is }: Field) => is === "many" || is === "packed";

function defaultOf(field: Field): unknown {
  if (isList(field)) return [];
  return typeof field.holds === "string" && field.is === "one" ? defaults[field.holds] : undefined;
}

/** Lists of numbers may be packed whatever the schema says. */
function fits(field: Field, wire: number): boolean {
  if (typeof field.holds !== "string") return wire === Wire.bytes;
  return wire === wires[field.holds] || (isList(field) && wire === Wire.bytes);
}

function readOne(reader: Reader, { holds }: Field, depth: number, known?: unknown): unknown {
  if (typeof holds !== "string") {
    const type = holds();
    const message = (known as object | undefined) ?? type.make({});
    type.readInto(message, reader.bytes(), depth + 1);
    return message;
  }
  switch (holds) {
    case "int32":
      return Number(BigInt.asIntN(32, reader.varint()));
    case "int64":
      return BigInt.asIntN(64, reader.varint());
    case "uint64":
      return reader.varint();
    default:
      return reader[holds]();
  }
}

function writeOne(writer: Writer, { holds }: Field, value: unknown): void {
  if (typeof holds !== "string") return writer.nested((inner) => holds().writeTo(inner, value as object));
  if (holds === "int32" || holds === "int64" || holds === "uint64") return writer.varint(value as bigint | number);
  if (holds === "float" || holds === "double") return writer[holds](value as number);
  return holds === "string" ? writer.string(value as string) : writer.bytes(value as Uint8Array);
}
