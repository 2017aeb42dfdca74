import { createRng, tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { decodeTensors, encodeTensors, type TensorFile } from "./safetensors.js";

const file: TensorFile = {
  tensors: {
    weights: tensor("float32", createRng(1).normals(6), [2, 3]),
    bytes: tensor("uint8", Uint8Array.of(1, 2, 255), [3]),
    counts: tensor("int64", [-1, 2 ** 40], [2]),
    mask: tensor("bool", [1, 0], [2]),
    half: { dtype: "float16", shape: [1], data: Uint16Array.of(15360) },
    step: tensor("float32", [7], []),
    nothing: tensor("float32", [], [0, 4]),
  },
  metadata: { run: '{"é": 1}' },
};
const bytes = encodeTensors(file);

/** A file with a header of one's own, and some data behind it. */
function withHeader(header: unknown, data = 0): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}

describe("a safetensors file", () => {
  it("is laid out as the format says", () => {
    const small = Buffer.from(encodeTensors({ tensors: { a: tensor("float32", [1.5], [1]) }, metadata: { b: "c" } }));
    const length = Number(small.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(small.toString("utf8", 8, 8 + length))).toEqual({
      __metadata__: { b: "c" },
      a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    });
    expect(small.readFloatLE(8 + length)).toBe(1.5);
    expect(small).toHaveLength(8 + length + 4);
  });

  it("is read as it was written, at any place in memory", () => {
    expect(decodeTensors(bytes)).toEqual(file);
    expect(decodeTensors(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toEqual(file);
  });

  it("that is cut short anywhere, or too long, is none", () => {
    for (let length = 0; length < bytes.length; length++)
      expect(decodeTensors(bytes.subarray(0, length))).toBe(undefined);
    expect(decodeTensors(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(undefined);
  });

  it.each([
    ["a list", withHeader([])],
    ["metadata that is no text", withHeader({ __metadata__: { a: 1 } })],
    ["an unknown type", withHeader({ a: { dtype: "F8", shape: [4], data_offsets: [0, 4] } }, 4)],
    ["an impossible shape", withHeader({ a: { dtype: "U8", shape: [-4], data_offsets: [0, 4] } }, 4)],
    ["a shape of another size", withHeader({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, 4)],
    ["a gap", withHeader({ a: { dtype: "U8", shape: [2], data_offsets: [2, 4] } }, 4)],
    ["no offsets", withHeader({ a: { dtype: "U8", shape: [2] } }, 2)],
  ])("has not %s", (_, wrong) => {
    expect(decodeTensors(wrong)).toBe(undefined);
  });

  it("refuses elements that it has no name for", () => {
    const words = { dtype: "string", shape: [1], data: ["a"] } as const;
    expect(() => encodeTensors({ tensors: { words }, metadata: {} })).toThrow(
      /"words" of type string cannot be written/,
    );
  });
});
