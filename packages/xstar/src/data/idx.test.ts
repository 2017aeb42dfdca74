import { gzipSync } from "node:zlib";
import { XstarError } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { parseIdx } from "./idx.js";

const picture = [0, 64, 128, 255, 1, 2];

function idx(magic: number, shape: number[], data: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  [magic, ...shape].forEach((word, i) => view.setUint32(4 * i, word));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

function failure(bytes: Uint8Array, rank = 3): XstarError {
  try {
    parseIdx(bytes, "digits.idx", rank);
  } catch (error) {
    if (XstarError.is(error)) return error;
    throw error;
  }
  throw new Error("parsed");
}

describe("parseIdx", () => {
  it("reads pictures and labels, gzip or not", () => {
    const pictures = idx(0x803, [1, 2, 3], picture);
    for (const bytes of [pictures, gzipSync(pictures)]) {
      const { shape, data } = parseIdx(bytes, "digits.idx", 3);
      expect(shape).toEqual([1, 2, 3]);
      expect([...data]).toEqual(picture);
    }
    expect([...parseIdx(idx(0x801, [3], [7, 8, 9]), "labels.idx", 1).data]).toEqual([7, 8, 9]);
  });

  it("reads bytes that start anywhere in their buffer, without a copy", () => {
    const file = idx(0x803, [1, 2, 3], picture);
    const shifted = new Uint8Array([9, ...file]).subarray(1);
    const { data } = parseIdx(shifted, "digits.idx", 3);
    expect([...data]).toEqual(picture);
    expect(data.buffer).toBe(shifted.buffer);
  });

  it.each([
    ["another rank", idx(0x801, [6], picture), "starts with 0x00000801 (uint8, rank 1), not 0x00000803"],
    ["another type", idx(0xd03, [1, 2, 3], picture), "(float32, rank 3)"],
    ["another format", new TextEncoder().encode("<html>"), "starts with 0x3c68746d, which is not IDX"],
    ["no bytes", new Uint8Array(), "is cut short: it has 0 bytes"],
    ["half a header", idx(0x803, [1, 2, 3], []).subarray(0, 10), "is cut short: it has 10 of 16 bytes of header"],
    ["missing pixels", idx(0x803, [1, 2, 3], [1, 2]), "is cut short: 1 x 2 x 3 takes 6 bytes, but 2 follow"],
    ["more pixels", idx(0x803, [1, 2, 3], [...picture, 0]), "has trailing data"],
    ["no pictures", idx(0x803, [0, 28, 28], []), "has absurd dimensions: 0 x 28 x 28"],
    ["huge pictures", idx(0x803, [2 ** 31, 2 ** 31, 9], []), "has absurd dimensions: 2147483648 x 2147483648 x 9"],
    [
      "a cut gzip",
      gzipSync(idx(0x803, [1, 2, 3], picture)).subarray(0, 20),
      "could not be decompressed (unexpected end of file)",
    ],
  ])("names the file and the problem for %s", (_, bytes, problem) => {
    const error = failure(bytes);
    expect(error.code).toBe("bad-data");
    expect(error.message).toContain('"digits.idx"');
    expect(error.message).toContain(problem);
  });
});
