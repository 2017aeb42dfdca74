import { XstarError } from "@xstar/core";

/** A table of a flatbuffer: fields by their numbers, each of which may be absent. */
export class Table {
  private readonly fields: number;
  private readonly count: number;

  constructor(
    private readonly view: DataView,
    private readonly at: number,
  ) {
    const vtable = at - this.read(at, (p) => view.getInt32(p, true));
    this.fields = vtable + 4;
    this.count = (this.read(vtable, (p) => view.getUint16(p, true)) - 4) / 2;
  }

  static root(bytes: Uint8Array): Table {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.byteLength < 8) throw damaged();
    return new Table(view, view.getUint32(0, true));
  }

  private read<T>(at: number, get: (at: number) => T): T {
    if (!Number.isInteger(at) || at < 0 || at + 1 > this.view.byteLength) throw damaged();
    try {
      return get(at);
    } catch (cause) {
      throw damaged(cause);
    }
  }

  /** Where a field lies; undefined when it is absent. */
  private place(field: number): number | undefined {
    if (field >= this.count) return undefined;
    const offset = this.read(this.fields + 2 * field, (p) => this.view.getUint16(p, true));
    return offset === 0 ? undefined : this.at + offset;
  }

  private number(field: number, fallback: number, get: (at: number) => number): number {
    const at = this.place(field);
    return at === undefined ? fallback : this.read(at, get);
  }

  byte(field: number, fallback = 0): number {
    return this.number(field, fallback, (at) => this.view.getInt8(at));
  }

  int(field: number, fallback = 0): number {
    return this.number(field, fallback, (at) => this.view.getInt32(at, true));
  }

  float(field: number, fallback = 0): number {
    return this.number(field, fallback, (at) => this.view.getFloat32(at, true));
  }

  long(field: number, fallback = 0): number {
    return this.number(field, fallback, (at) => Number(this.view.getBigInt64(at, true)));
  }

  flag(field: number): boolean {
    return this.byte(field) !== 0;
  }

  private target(field: number): number | undefined {
    const at = this.place(field);
    return at === undefined ? undefined : at + this.read(at, (p) => this.view.getUint32(p, true));
  }

  table(field: number): Table | undefined {
    const at = this.target(field);
    return at === undefined ? undefined : new Table(this.view, at);
  }

  private vector(field: number, width: number): { start: number; length: number } {
    const at = this.target(field);
    if (at === undefined) return { start: 0, length: 0 };
    const length = this.read(at, (p) => this.view.getUint32(p, true));
    if (at + 4 + length * width > this.view.byteLength) throw damaged();
    return { start: at + 4, length };
  }

  private list(field: number, width: number, get: (at: number) => number): number[] {
    const { start, length } = this.vector(field, width);
    return Array.from({ length }, (_, i) => get(start + i * width));
  }

  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + start, length);
  }

  ints(field: number): number[] {
    return this.list(field, 4, (at) => this.view.getInt32(at, true));
  }

  shorts(field: number): number[] {
    return this.list(field, 2, (at) => this.view.getUint16(at, true));
  }

  floats(field: number): number[] {
    return this.list(field, 4, (at) => this.view.getFloat32(at, true));
  }

  longs(field: number): number[] {
    return this.list(field, 8, (at) => Number(this.view.getBigInt64(at, true)));
  }

  tables(field: number): Table[] {
    return this.list(field, 4, (at) => at + this.view.getUint32(at, true)).map((at) => new Table(this.view, at));
  }

  string(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }
}

function damaged(cause?: unknown): XstarError {
  return new XstarError("bad-model", "The flatbuffer is damaged", {
    hint: "Check that the file was copied whole",
    cause,
  });
}
