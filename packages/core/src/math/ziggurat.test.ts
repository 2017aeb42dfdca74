import { describe, expect, it } from "vitest";
import { createRng } from "../rng.js";

const n = 400_000;
const values = createRng(11).normals(n);

/** Counts of values between bounds, from the lowest. */
function countBetween(bounds: readonly number[]): number[] {
  const counts = Array<number>(bounds.length + 1).fill(0);
  for (const x of values) counts[bounds.findIndex((bound) => x < bound) + 1 || 0]!++;
  return [...counts.slice(1), counts[0]!];
}

describe("normal numbers by the ziggurat", () => {
  it("are in each of ten ranges of equal probability as often", () => {
    const positive = [0, 0.2533471, 0.5244005, 0.8416212, 1.2815516];
    const bounds = [
      ...positive
        .slice(1)
        .map((x) => -x)
        .reverse(),
      ...positive,
    ];
    const counts = countBetween(bounds);
    expect(counts).toHaveLength(10);
    const chiSquare = counts.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
    // 99.9 % of all samples, with 9 degrees of freedom
    expect(chiSquare).toBeLessThan(27.9);
  });

  it("have the tails of the distribution", () => {
    // two-sided probabilities of |x| > 2, 3, the beginning of the tail, and 4
    for (const [bound, probability] of [
      [2, 0.04550026],
      [3, 0.002699796],
      [3.442619855899, 0.000576],
      [4, 6.334248e-5],
    ] as const) {
      const found = values.filter((x) => Math.abs(x) > bound).length;
      const wanted = n * probability;
      expect(Math.abs(found - wanted)).toBeLessThan(4 * Math.sqrt(wanted));
    }
    expect(values.filter((x) => x > 3.5).length).toBeGreaterThan(50);
    expect(values.filter((x) => x < -3.5).length).toBeGreaterThan(50);
  });

  it("do not depend on those before them, nor do their sizes", () => {
    for (const lag of [1, 2, 3]) {
      let [product, sizes] = [0, 0];
      for (let i = lag; i < n; i++) {
        product += values[i]! * values[i - lag]!;
        sizes += (values[i]! ** 2 - 1) * (values[i - lag]! ** 2 - 1);
      }
      expect(Math.abs(product / Math.sqrt(n))).toBeLessThan(4);
      expect(Math.abs(sizes / (2 * Math.sqrt(n)))).toBeLessThan(4);
    }
  });
});
