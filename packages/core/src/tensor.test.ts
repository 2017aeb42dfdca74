import { describe, expect, it } from "vitest";
import { createRng } from "./rng.js";
import {
  elementBytes,
  fromHalf,
  numbers,
  sameShape,
  size,
  tensor,
  toHalf,
  viewBytes,
  type DType,
  type TensorData,
} from "./tensor.js";

const numeric = (Object.keys(elementBytes) as DType[]).filter((dtype) => dtype !== "string");

describe("shapes", () => {
  it("have a size and can be compared", () => {
    expect([size([]), size([3]), size([2, 3, 4]), size([2, 0, 4])]).toEqual([1, 3, 24, 0]);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
  });
});

describe("tensor", () => {
  it.each(numeric)("%s keeps small whole numbers", (dtype) => {
    const t = tensor(dtype as "float32", [0, 1, 1, 0], [2, 2]);
    expect(numbers(t)).toEqual([0, 1, 1, 0]);
    expect(t.data.byteLength).toBe(4 * elementBytes[dtype]!);
    expect(t.shape).toEqual([2, 2]);
  });

  it("keeps float32 arrays without copying", () => {
    const data = Float32Array.of(1, 2);
    expect(tensor("float32", data).data).toBe(data);
  });

  it("keeps 64-bit whole numbers as bigints, cut towards 0", () => {
    expect(tensor("int64", [1.9, -1.9, 2 ** 40]).data).toEqual(BigInt64Array.of(1n, -1n, 2n ** 40n));
  });

  it("refuses a shape of another size", () => {
    expect(() => tensor("float32", [1, 2, 3], [2, 2])).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: "A tensor of shape [2,2] holds 4 numbers, but 3 were given",
      }),
    );
  });

  it("of strings has no numbers", () => {
    expect(() => numbers({ dtype: "string", shape: [1], data: ["a"] })).toThrow("A tensor of strings has no numbers");
  });
});

describe("viewBytes", () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => (i * 37) % 256);
  const sources: Readonly<Record<string, (offset: number, length: number) => Uint8Array>> = {
    Uint8Array: (offset, length) => new Uint8Array(bytes.buffer, offset, length),
    ...(typeof Buffer !== "undefined" && {
      "Node Buffer": (offset: number, length: number) => Buffer.from(bytes.buffer, offset, length),
    }),
  };
  const contents = (data: TensorData) => {
    const { buffer, byteOffset, byteLength } = data as Uint8Array;
    return [...new Uint8Array(buffer, byteOffset, byteLength)];
  };

  it.each(Object.keys(sources))("sees the bytes of a %s at any offset, without copying where it can", (name) => {
    for (const dtype of numeric) {
      const width = elementBytes[dtype]!;
      for (let offset = 0; offset < 9; offset++) {
        const part = sources[name]!(offset, 2 * width);
        const view = viewBytes(dtype as "float32", part);
        expect(view).toHaveLength(2);
        expect(contents(view)).toEqual([...bytes.subarray(offset, offset + 2 * width)]);
        expect(view.buffer === bytes.buffer).toBe(offset % width === 0);
      }
    }
  });
});

describe("half precision", () => {
  it("survives a round trip for each of the 65536 patterns", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      const again = toHalf(value);
      if (Number.isNaN(value) ? !Number.isNaN(fromHalf(again)) : again !== bits) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it("knows some values by heart", () => {
    const known: readonly (readonly [number, number])[] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x3555, 0.333251953125],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x8000, -0],
    ];
    for (const [bits, value] of known) {
      expect(fromHalf(bits)).toBe(value);
      expect(toHalf(value)).toBe(bits);
    }
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });

  it("rounds to the nearest, ties to the even one, also what float32 cannot tell from a tie", () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const nudge = (high - low) * 2 ** -30;
      if (toHalf(middle) !== even || toHalf(middle - nudge) !== bits || toHalf(middle + nudge) !== bits + 1)
        expect.fail(`${middle} between patterns ${bits} and ${bits + 1} is rounded wrongly`);
      if (toHalf(-middle) !== (even | 0x8000)) expect.fail(`-${middle} is rounded wrongly`);
    }
  });

  it("overflows to infinity from the middle above the largest", () => {
    expect(toHalf(65519.99)).toBe(0x7bff);
    expect(toHalf(65520)).toBe(0x7c00);
    expect(toHalf(-1e300)).toBe(0xfc00);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.0001)).toBe(1);
  });

  it("comes within half a step of any number", () => {
    for (const x of createRng(1).normals(1000, 0, 100)) {
      expect(Math.abs(fromHalf(toHalf(x)) - x)).toBeLessThanOrEqual(Math.max(Math.abs(x) * 2 ** -11, 2 ** -25));
    }
  });
});
