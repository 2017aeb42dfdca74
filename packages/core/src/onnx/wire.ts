/** How protobuf lies in bytes: a tag says the field and which of these follows. */
export const Wire = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const decoder = /* @__PURE__ */ new TextDecoder();
const encoder = /* @__PURE__ */ new TextEncoder();

/** Bytes of a message as they are read. Whatever would lie beyond the end throws a RangeError. */
export class Reader {
  readonly #view: DataView;
  at = 0;

  constructor(readonly source: Uint8Array) {
    this.#view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.byteLength;
  }

  /** A whole number of at most 64 bits, without its sign. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 28) {
      let part = 0;
      for (let i = 0; i < 28 && shift + i < 70; i += 7) {
        const byte = this.#view.getUint8(this.at++);
        part |= (byte & 127) << i;
        if (byte < 128) return BigInt.asUintN(64, value | (BigInt(part) << BigInt(shift)));
      }
      value |= BigInt(part) << BigInt(shift);
    }
    throw new RangeError("A number is longer than 64 bits");
  }

  /** Tags and lengths: most have one byte. */
  #short(): number {
    const byte = this.source[this.at];
    if (byte === undefined || byte > 127) return Number(this.varint());
    this.at++;
    return byte;
  }

  tag(): { readonly number: number; readonly wire: number } {
    const tag = this.#short();
    return { number: Math.floor(tag / 8), wire: tag % 8 };
  }

  float(): number {
    return this.#view.getFloat32(this.#skip(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#skip(8), true);
  }

  /** A view of the source. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.#short();
    const start = this.#skip(length);
    return this.source.subarray(start, start + length) as Uint8Array<ArrayBuffer>;
  }

  string(): string {
    return decoder.decode(this.bytes());
  }

  /** Passes over the value of a tag. */
  skip(wire: number, depth = 0): void {
    if (wire === Wire.varint) this.varint();
    else if (wire === Wire.fixed64) this.#skip(8);
    else if (wire === Wire.fixed32) this.#skip(4);
    else if (wire === Wire.bytes) this.bytes();
    else if (wire === Wire.groupStart && depth < deepest) {
      for (let inner = this.tag(); inner.wire !== Wire.groupEnd; inner = this.tag()) this.skip(inner.wire, depth + 1);
    } else throw new RangeError(`A field has the impossible type ${wire}`);
  }

  #skip(length: number): number {
    const start = this.at;
    if (length > this.source.byteLength - start) throw new RangeError("A field ends beyond the end of the file");
    this.at += length;
    return start;
  }
}

/** Messages within messages, as deep as other readers of protobuf go. */
export const deepest = 100;

/** Parts of up to so many bytes are collected, not kept one by one. */
const small = 64;

/** Bytes of a message as they are written; large parts are copied once, at the end. */
export class Writer {
  readonly #parts: Uint8Array[] = [];
  #open: number[] = [];
  #length = 0;

  /** A whole number of at most 64 bits; negative ones take ten bytes. */
  varint(given: bigint | number): void {
    if (typeof given === "number" && given >= 0 && given < 2 ** 31) return this.#short(given);
    let value = BigInt.asUintN(64, BigInt(given));
    while (value > 127n) {
      this.#open.push(Number(value & 127n) | 128);
      value >>= 7n;
    }
    this.#open.push(Number(value));
  }

  /** A number of at most 31 bits, as all tags and nearly all lengths are. */
  #short(given: number): void {
    let value = given;
    for (; value > 127; value >>>= 7) this.#open.push((value & 127) | 128);
    this.#open.push(value);
  }

  tag(number: number, wire: number): void {
    this.varint(number * 8 + wire);
  }

  float(value: number): void {
    this.#open.push(...new Uint8Array(Float32Array.of(value).buffer));
  }

  double(value: number): void {
    this.#open.push(...new Uint8Array(Float64Array.of(value).buffer));
  }

  bytes(bytes: Uint8Array): void {
    this.varint(bytes.byteLength);
    this.raw(bytes);
  }

  string(text: string): void {
    this.bytes(encoder.encode(text));
  }

  raw(bytes: Uint8Array): void {
    if (bytes.byteLength <= small) {
      for (let at = 0; at < bytes.byteLength; at++) this.#open.push(bytes[at]!);
      return;
    }
    this.#close();
    this.#parts.push(bytes);
    this.#length += bytes.byteLength;
  }

  /** What `write` writes, behind its length. */
  nested(write: (inner: Writer) => void): void {
    const inner = new Writer();
    write(inner);
    if (inner.#parts.length === 0) {
      this.#short(inner.#open.length);
      for (const byte of inner.#open) this.#open.push(byte);
      return;
    }
    inner.#close();
    this.varint(inner.#length);
    this.#close();
    for (const part of inner.#parts) this.#parts.push(part);
    this.#length += inner.#length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#close();
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  #close(): void {
    if (this.#open.length === 0) return;
    this.#parts.push(Uint8Array.from(this.#open));
    this.#length += this.#open.length;
    this.#open = [];
  }
}
