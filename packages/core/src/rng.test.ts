import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "./rng.js";

const take = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uniform());

describe("createRng", () => {
  it("gives the same numbers for ever", () => {
    const rng = createRng(0);
    expect({
      uniform: take(rng, 4).map((x) => x * 2 ** 24),
      int: Array.from({ length: 4 }, () => rng.int(1000)),
      normal: [rng.normal(), rng.normal()].map((x) => x.toFixed(6)),
      permutation: [...rng.permutation(8)],
      split: take(rng.split("weights").split(3), 2).map((x) => x * 2 ** 24),
      large: take(createRng(2 ** 40 + 7), 2).map((x) => x * 2 ** 24),
    }).toMatchInlineSnapshot(`
      {
        "int": [
          265,
          174,
          442,
          464,
        ],
        "large": [
          822244,
          6024010,
        ],
        "normal": [
          "1.930531",
          "0.054145",
        ],
        "permutation": [
          6,
          1,
          2,
          4,
          7,
          5,
          0,
          3,
        ],
        "split": [
          3727998,
          14468212,
        ],
        "uniform": [
          6991927,
          175668,
          9849168,
          15034131,
        ],
      }
    `);
  });

  it("gives the same stream for the same seed and another one for another", () => {
    expect(take(createRng(7), 100)).toEqual(take(createRng(7), 100));
    const firsts = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 0x9e3779b1, 2 ** 52, -1, -2].map((seed) =>
      take(createRng(seed), 4).join(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("splits by seed and key alone, not by what was drawn before", () => {
    const rng = createRng(3);
    const before = take(rng.split("a"), 10);
    rng.uniforms(100);
    expect(take(rng.split("a"), 10)).toEqual(before);
    expect(take(rng.split(5), 10)).toEqual(take(rng.split("5"), 10));
  });

  it("gives every chain of splits a stream of its own, whose order counts", () => {
    const rng = createRng(3);
    const keys = ["", "a", "b", "start", 0, 1, 2, 10, 11, 100];
    const chains = [rng, ...keys.map((key) => rng.split(key))];
    for (const a of keys) for (const b of keys) chains.push(rng.split(a).split(b));
    const firsts = chains.map((chain) => take(chain, 3).join());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("gives streams of neighbouring keys that do not correlate", () => {
    const rng = createRng(11);
    const n = 4000;
    const streams = [0, 1, 2, 3].map((key) => rng.split("step").split(key).normals(n));
    for (const [i, a] of streams.entries()) {
      for (const b of streams.slice(i + 1)) {
        const correlation = a.reduce((sum, x, k) => sum + x * b[k]!, 0) / n;
        expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(n));
      }
    }
  });
});

describe("draws", () => {
  const n = 20000;
  const momentsOf = (values: ArrayLike<number>) => {
    const list = Array.from(values);
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    const central = (power: number) => list.reduce((sum, x) => sum + (x - mean) ** power, 0) / list.length;
    const variance = central(2);
    return { mean, variance, skew: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
  };

  it("uniform numbers have the moments of their range and stay in it", () => {
    const values = createRng(1).uniforms(n, -1, 3);
    expect(values).toBeInstanceOf(Float32Array);
    expect(values.every((x) => x >= -1 && x <= 3)).toBe(true);
    const { mean, variance, skew, kurtosis } = momentsOf(values);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
    expect(skew).toBeCloseTo(0, 1);
    expect(kurtosis).toBeCloseTo(1.8, 1);
  });

  it("normal numbers have the moments of their distribution", () => {
    const { mean, variance, skew, kurtosis } = momentsOf(createRng(2).normals(n, 5, 2));
    expect(mean).toBeCloseTo(5, 1);
    expect(variance / 4).toBeCloseTo(1, 1);
    expect(Math.abs(skew)).toBeLessThan(0.06);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);
  });

  it("whole numbers are below the bound and about equally frequent", () => {
    const rng = createRng(3);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 7000; i++) counts[rng.int(7)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(22.5);
  });

  it("a permutation holds every number once, in an order that depends on the seed", () => {
    for (const length of [0, 1, 2, 1000]) {
      const order = createRng(4).permutation(length);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    }
    expect(createRng(4).permutation(1000)).not.toEqual(createRng(5).permutation(1000));
    const firsts = Array.from({ length: 600 }, (_, seed) => createRng(seed).permutation(3).join(""));
    const counts = ["012", "021", "102", "120", "201", "210"].map((o) => firsts.filter((one) => one === o).length);
    expect(counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)).toBeLessThan(20.5);
  });
});
