import { describe, expect, it } from "vitest";
import { quantile, summarize } from "./describe.js";

describe("summarize", () => {
  it("describes numbers without changing them", () => {
    const values = Float32Array.of(9, 2, 4, 4, 4, 5, 5, 7);
    expect(summarize(values)).toEqual({ count: 8, min: 2, max: 9, mean: 5, median: 4.5, deviation: 2 });
    expect([...values]).toEqual([9, 2, 4, 4, 4, 5, 5, 7]);
  });

  it("describes one number", () => {
    expect(summarize([3])).toEqual({ count: 1, min: 3, max: 3, mean: 3, median: 3, deviation: 0 });
  });

  it("refuses none, and those that are not finite", () => {
    expect(() => summarize([])).toThrow("There are no numbers");
    expect(() => summarize([1, Number.NaN])).toThrow("not finite");
    expect(() => quantile([1, Infinity], 0.5)).toThrow("not finite");
  });
});

describe("quantile", () => {
  it("is linear between neighbors, as NumPy's default", () => {
    const values = [10, 1, 3, 2];
    expect(quantile(values, 0)).toBe(1);
    expect(quantile(values, 0.25)).toBe(1.75);
    expect(quantile(values, 0.9)).toBeCloseTo(7.9, 12);
    expect(quantile(values, 1)).toBe(10);
    expect(() => quantile(values, 1.5)).toThrow("A quantile is from 0 to 1, not 1.5");
  });
});
