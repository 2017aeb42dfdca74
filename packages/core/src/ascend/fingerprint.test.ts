import { describe, expect, it } from "vitest";
import { createRng } from "../rng.js";
import { tensor } from "../tensor.js";
import { fingerprint, fingerprintFiles, fingerprintTensors } from "./fingerprint.js";

const random = (count: number) => Uint8Array.from({ length: count }, () => createRng(count).int(256));

describe("a fingerprint", () => {
  it("stays what it is", () => {
    expect(fingerprint(new Uint8Array())).toBe(fingerprint(new Uint8Array()));
    expect(fingerprint(Uint8Array.from({ length: 11 }, (_, i) => i))).toMatchInlineSnapshot(`"1ddf606087134944"`);
  });

  it("is another one for every changed bit, swapped byte and added zero", () => {
    for (const length of [1, 3, 4, 7, 16, 33]) {
      const bytes = random(length);
      const others = [
        bytes,
        Uint8Array.from([...bytes, 0]),
        ...Array.from({ length: 8 * length }, (_, i) => bytes.with(i >> 3, bytes[i >> 3]! ^ (1 << (i & 7)))),
      ];
      expect(new Set(others.map(fingerprint)).size).toBe(others.length);
    }
    const lengths = Array.from({ length: 100 }, (_, i) => fingerprint(new Uint8Array(i)));
    expect(new Set(lengths).size).toBe(100);
  });

  it("is that of the bytes, wherever they lie", () => {
    const bytes = random(30);
    const within = new Uint8Array(40);
    within.set(bytes, 3);
    expect(fingerprint(within.subarray(3, 33))).toBe(fingerprint(bytes));
  });

  it("of several things goes by their names, not by their order", () => {
    const [a, b] = [random(5), random(6)];
    const files = (pairs: readonly (readonly [string, Uint8Array])[]) => fingerprintFiles(new Map(pairs));
    const both = files([
      ["a", a],
      ["b", b],
    ]);
    expect(
      files([
        ["b", b],
        ["a", a],
      ]),
    ).toBe(both);
    expect(
      files([
        ["a", b],
        ["b", a],
      ]),
    ).not.toBe(both);
  });

  it("of tensors goes by their shapes too", () => {
    const of = (shape: number[]) => fingerprintTensors({ x: tensor("float32", [1, 2, 3, 4], shape) });
    expect(of([4])).toBe(of([4]));
    expect(of([2, 2])).not.toBe(of([4]));
  });
});
