import { createRng } from "@xstar/core";
import { meanOf, rowOf, stacked, type Rows } from "@xstar/results";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { methods, parseDirections, type MethodName } from "./methods.js";
import { sparseAutoencoder } from "./sparse-autoencoder.js";

const [width, count] = [8, 4];
/** What activations are sums of: each is made of some units alone. */
const hidden = Array.from({ length: count }, (_, i) =>
  Float32Array.from({ length: width }, (__, at) => Number(Math.floor(at / 2) === i) * (at % 2 === 0 ? 1 : 0.6)),
);

/** Activations that hold `few` of the hidden parts each. */
function activations(few: number, rows = 600): Rows {
  const rng = createRng(3);
  return stacked(
    Array.from({ length: rows }, () => {
      const row = new Float32Array(width);
      for (const part of rng.permutation(count).slice(0, few)) {
        const amount = 0.5 + rng.uniform();
        for (let at = 0; at < width; at++) row[at]! += amount * hidden[part]![at]!;
      }
      return row;
    }),
    width,
  );
}

const using = () => ({ rng: createRng(0), runtime: nodeRuntime({ threads: 1 }) });
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, one, i) => sum + one * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
/** How near the nearest found vector is to each hidden part. */
const nearness = (found: Rows, wanted: readonly Float32Array[]) =>
  wanted.map((part) => Math.max(...Array.from({ length: found.count }, (_, i) => cosine(part, rowOf(found, i)))));

describe("directions of activations", () => {
  it("by k-means lead from the mean to the groups", async () => {
    const rows = activations(1);
    const { vectors } = await methods.kmeans.fit(rows, count, using());
    const mean = meanOf(rows, Array(rows.count).keys());
    const away = hidden.map((part) => part.map((x, at) => x - mean[at]!));
    expect(Math.min(...nearness(vectors, away))).toBeGreaterThan(0.98);
  });

  it("by NMF are the parts that activations are sums of", async () => {
    const { vectors } = await methods.nmf.fit(activations(2), count, using());
    expect(vectors.data.every((x) => x >= 0)).toBe(true);
    expect(Math.min(...nearness(vectors, hidden))).toBeGreaterThan(0.99);
  });

  it("by a sparse autoencoder read one part each", async () => {
    const { vectors } = await sparseAutoencoder(activations(1), 2 * count, using(), { active: 1, steps: 600 });
    expect(Math.min(...nearness(vectors, hidden))).toBeGreaterThan(0.9);
  });

  it("by a sparse autoencoder begin differently, and cannot where activations do not differ", async () => {
    const one = activations(1, 1);
    const same = { count: 50, data: Float32Array.from({ length: 50 * width }, (_, at) => one.data[at % width]!) };
    await expect(sparseAutoencoder(same, 2, using())).rejects.toThrow(
      "2 codes need as many activations, and only 1 differ",
    );
  });

  it("of a map are the means of cells, and all activations are in one", async () => {
    const rows = activations(1);
    const { vectors, cells } = await methods.map.fit(rows, 5, using());
    expect(vectors.count).toBe(cells!.length);
    expect(cells!.reduce((sum, [, , some]) => sum + some, 0)).toBe(rows.count);
    expect(new Set(cells!.map(([x, y]) => `${x} ${y}`)).size).toBe(cells!.length);
    expect(cells!.every(([x, y]) => x >= 0 && x < 5 && y >= 0 && y < 5)).toBe(true);
    expect(Math.min(...nearness(vectors, hidden))).toBeGreaterThan(0.95);
  });

  it("of a map show equal activations once", async () => {
    const rows = activations(1, 40);
    const twice = { count: 80, data: Float32Array.of(...rows.data, ...rows.data) };
    const { cells } = await methods.map.fit(twice, 4, using());
    expect(cells!.reduce((sum, [, , some]) => sum + some, 0)).toBe(40);
  });

  it.each(Object.keys(methods) as MethodName[])("are the same for the same seed: %s", async (method) => {
    const rows = activations(1, 60);
    const [first, again] = [await methods[method].fit(rows, 4, using()), await methods[method].fit(rows, 4, using())];
    expect(first).toEqual(again);
  });

  it("are asked for in words", () => {
    expect(parseDirections("kmeans=16, sae=64")).toEqual({ kmeans: 16, sae: 64 });
    for (const wrong of ["pca=3", "sae", "map=500", "nmf=1"])
      expect(() => parseDirections(wrong)).toThrow(`"${wrong}" is no number of directions by a method`);
  });
});
