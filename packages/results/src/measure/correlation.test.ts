import { createRng } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { correlate, correlationMatrix, distanceMatrix, measureDistance } from "./correlation.js";

describe("correlate", () => {
  it("agrees with a value worked out by hand", () => {
    expect(correlate([1, 2, 3, 4], [1, 3, 2, 5])).toBeCloseTo(5.5 / Math.sqrt(5 * 8.75), 14);
  });

  it("does not change with scale and shift, only with sign, and stays within -1 and 1", () => {
    const a = createRng(1).normals(784);
    const b = createRng(2).normals(784);
    const changed = Float64Array.from(b, (value) => 1000 + 3 * value);
    expect(correlate(a, changed)).toBeCloseTo(correlate(a, b)!, 12);
    expect(correlate(a, a)).toBeCloseTo(1, 14);
    expect(correlate(a, a)).toBeLessThanOrEqual(1);
    expect(
      correlate(
        a,
        a.map((value) => -2 * value),
      ),
    ).toBeCloseTo(-1, 14);
  });

  it("is null for a constant vector, even one whose mean rounds, and for numbers that are not finite", () => {
    const constant = new Float64Array(784).fill(0.1);
    expect(correlate(constant, createRng(1).normals(784))).toBeNull();
    expect(correlate(constant, constant)).toBeNull();
    expect(correlate([1, 2, Number.NaN], [1, 2, 3])).toBeNull();
    expect(correlate([1, 2, Infinity], [1, 2, 3])).toBeNull();
    expect(correlate([], [])).toBeNull();
  });

  it("refuses vectors of different lengths", () => {
    expect(() => correlate([1, 2], [1, 2, 3])).toThrow("must have one length, not 2 and 3");
  });
});

describe("the matrices", () => {
  it("hold the correlation of each with each, and null for a constant vector", () => {
    const vectors = [
      [1, 2, 3, 4],
      [1, 3, 2, 5],
      [7, 7, 7, 7],
    ];
    const r = correlate(vectors[0]!, vectors[1]!);
    expect(correlationMatrix(vectors)).toEqual([
      [1, r, null],
      [r, 1, null],
      [null, null, null],
    ]);
  });

  it("hold the distance of each from each", () => {
    expect(measureDistance([0, 0], [3, 4])).toBe(5);
    expect(
      distanceMatrix([
        [0, 0],
        [3, 4],
        [0, 4],
      ]),
    ).toEqual([
      [0, 5, 4],
      [5, 0, 3],
      [4, 3, 0],
    ]);
    expect(() => distanceMatrix([[1], [1, 2]])).toThrow("must have one length");
  });
});
