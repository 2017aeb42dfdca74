import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, type ModelProto } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../testing/protos.js";
import { many, MessageType, one, packed } from "./message.js";
import { attributeProto, modelProto, tensorProto } from "./schema.js";

const encode = (model: object) => encodeModel({ name: "g", ...model });

/** Fields of every kind, also of those that no table has. */
const everything = (): Uint8Array =>
  encode({
    docString: "not read",
    node: [
      {
        opType: "X",
        name: "née",
        docString: "not read",
        input: ["a", ""],
        output: ["b"],
        attribute: [
          { name: "i", type: 2, i: -3n },
          { name: "f", type: 1, f: 0.1 },
          { name: "s", type: 3, s: Uint8Array.of(0, 255, 128) },
          { name: "ints", type: 7, ints: [0n, 1n, -1n, 2n ** 62n, -(2n ** 63n)] },
          { name: "floats", type: 6, floats: [1.5, -2.25, Infinity] },
          { name: "strings", type: 8, strings: [Uint8Array.of(1), new Uint8Array()] },
          { name: "g", type: 5, g: { name: "inner", node: [{ opType: "Y", docString: "inner" }] } },
          { name: "t", type: 4, t: { name: "", dims: [2n], dataType: 1, floatData: [1, 2] } },
          { name: "tp", type: 13, tp: { value: { case: "sequenceType", value: {} } } },
        ],
      },
    ],
    initializer: [
      { name: "d", dataType: 11, dims: [1n], doubleData: [Math.PI] },
      { name: "w", dataType: 7, dims: [3n], int64Data: [-1n, 300n, 2n ** 63n - 1n] },
      { name: "u", dataType: 13, dims: [1n], uint64Data: [2n ** 64n - 1n] },
      { name: "n", dataType: 6, dims: [2n], int32Data: [-1, 2 ** 31 - 1] },
      { name: "r", dataType: 1, dims: [1n], rawData: new Uint8Array(4), dataLocation: 1 },
    ],
  });

describe("a message", () => {
  test("is read and written as the official schema does it", () => {
    const bytes = everything();
    expect(modelProto.write(modelProto.read(bytes)).byteLength).toBe(bytes.byteLength);
    expect(official(modelProto.write(modelProto.read(bytes)))).toEqual(official(bytes));
  });

  test("without fields that no table has is written to the same bytes", () => {
    const bytes = everything();
    const known = fromBinary(ModelProtoSchema, bytes);
    known.graph!.docString = "";
    delete (known.graph as Partial<ModelProto["graph"] & object>).docString;
    const graph = known.graph!;
    for (const node of [...graph.node, ...graph.node[0]!.attribute[6]!.g!.node])
      delete (node as Partial<typeof node>).docString;
    const plain = toBinary(ModelProtoSchema, known);
    expect(modelProto.write(modelProto.read(plain))).toEqual(plain);
  });

  test("has the default of what it lacks, and does not write it", () => {
    const lacking = tensorProto.make({ name: "" });
    expect({ dims: lacking.dims, raw: lacking.rawData.length, type: lacking.dataType }).toEqual({
      dims: [],
      raw: 0,
      type: 0,
    });
    expect([...tensorProto.write(lacking)]).toEqual([(8 << 3) | 2, 0]);
  });

  test("is read whether its numbers are packed or not", () => {
    const loose = new MessageType<{ x: readonly bigint[] }>({ x: many(8, "int64") });
    const tight = new MessageType<{ x: readonly bigint[] }>({ x: packed(8, "int64") });
    const message = { x: [1n, -1n, 300n] };
    expect(tight.read(loose.write(message)).x).toEqual(message.x);
    expect(attributeProto.read(tight.write(message)).ints).toEqual(message.x);
    expect(tight.read(tight.write({ x: [] })).x).toEqual([]);
  });

  test("that comes in parts is one", () => {
    const box = new MessageType<{ a: string; b: string }>({ a: one(1, "string"), b: one(2, "string") });
    const outer = new MessageType<{ box: { a: string; b: string } }>({ box: one(1, () => box) });
    const parts = [outer.write({ box: box.make({ a: "x" }) }), outer.write({ box: box.make({ b: "y" }) })];
    const { a, b } = outer.read(Uint8Array.from(parts.flatMap((part) => [...part]))).box;
    expect([a, b]).toEqual(["x", "y"]);
  });

  test("points into the file", () => {
    const bytes = everything();
    const { rawData } = modelProto.read(bytes).graph!.initializer[4]!;
    expect(rawData.buffer).toBe(bytes.buffer);
  });

  test.each([
    ["is cut short", [(7 << 3) | 2, 5, 1]],
    ["has a number without end", Array.from({ length: 12 }, () => 255)],
    ["has a field of no type", [(1 << 3) | 7]],
    ["has a group without end", [(99 << 3) | 3, (1 << 3) | 0, 1]],
  ])("that %s is refused", (_, bytes) => {
    expect(() => modelProto.read(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  test("that is nested without end is refused", () => {
    const deep: MessageType<{ deep: object }> = new MessageType<{ deep: object }>({ deep: one(1, () => deep) });
    let bytes = new Uint8Array();
    for (let i = 0; i < 150; i++) bytes = Uint8Array.from([10, ...lengthOf(bytes.length), ...bytes]);
    expect(() => deep.read(bytes)).toThrow("nested too deep");
  });
});

const lengthOf = (length: number) => (length < 128 ? [length] : [(length & 127) | 128, length >> 7]);

const official = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);

const shared = join(import.meta.dirname, "../../../../../shared/models");

test.skipIf(!existsSync(shared))("models are written as the official schema does it (skips without ../shared)", () => {
  const files = readdirSync(shared, { recursive: true }).map(String);
  for (const file of files.filter((name) => name.endsWith(".onnx"))) {
    if (statSync(join(shared, file)).size > 2e6) continue;
    const bytes = new Uint8Array(readFileSync(join(shared, file)));
    const ours = modelProto.write(modelProto.read(bytes));
    const [again, wanted] = [ours, bytes].map((some) => toBinary(ModelProtoSchema, official(some)));
    expect(Buffer.compare(again!, wanted!), file).toBe(0);
  }
});
