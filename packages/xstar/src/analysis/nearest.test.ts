import { createRng } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { type ImageDataset, loadMnist } from "../data/dataset.js";
import { correlate, measureDistance } from "./correlation.js";
import { findNearest } from "./nearest.js";

function imageOf({ images }: ImageDataset, i: number): Float32Array {
  return Float32Array.from(images.subarray(i * 784, (i + 1) * 784), (byte) => byte / 255);
}

const { train, test } = await loadMnist();

describe("findNearest", () => {
  it("finds each picture of the data set itself", () => {
    const indices = [0, 777, 59999];
    const found = findNearest(
      indices.map((i) => imageOf(train, i)),
      train,
    );
    for (const [k, index] of indices.entries()) {
      const { byDistance, byCorrelation } = found[k]!;
      expect(byDistance).toMatchObject({ index, label: train.labels[index] });
      expect(byDistance.distance).toBe(0);
      expect(byCorrelation).toMatchObject({ index });
      expect(byCorrelation!.correlation).toBeCloseTo(1, 9);
    }
  });

  it("agrees with comparing one by one, for queries of any range", () => {
    const count = 1000;
    const some: ImageDataset = { ...train, images: train.images.subarray(0, count * 784), count };
    const rng = createRng(5);
    const queries = [imageOf(test, 3), rng.normals(784, 0.5, 0.3), rng.normals(784, -2, 40)];
    for (const [k, { byDistance, byCorrelation }] of findNearest(queries, some).entries()) {
      const all = Array.from({ length: count }, (_, i) => imageOf(some, i));
      const distances = all.map((image) => measureDistance(queries[k]!, image));
      const correlations = all.map((image) => correlate(queries[k]!, image)!);
      const smallest = Math.min(...distances);
      const largest = Math.max(...correlations);
      expect(byDistance.index).toBe(distances.indexOf(smallest));
      expect(byDistance.distance).toBeCloseTo(smallest, 5);
      expect(byCorrelation!.index).toBe(correlations.indexOf(largest));
      expect(byCorrelation!.correlation).toBeCloseTo(largest, 6);
    }
  });

  it("has no neighbor by correlation for a constant query", () => {
    const [gray, black] = findNearest([new Float32Array(784).fill(0.1), new Float32Array(784)], train);
    expect(gray!.byCorrelation).toBeNull();
    expect(gray!.byDistance.correlation).toBeNull();
    expect(black!.byCorrelation).toBeNull();
    expect(black!.byDistance.label).toBe(1);
  });

  it("has no neighbor by correlation where every picture is constant", () => {
    const blank: ImageDataset = { ...train, images: new Uint8Array(2 * 784).fill(9), count: 2 };
    const [found] = findNearest([imageOf(train, 0)], blank);
    expect(found).toMatchObject({ byDistance: { index: 0, correlation: null }, byCorrelation: null });
  });

  it("answers 60 queries against 60,000 pictures within seconds", () => {
    const queries = Array.from({ length: 60 }, (_, i) => imageOf(test, i));
    const start = performance.now();
    const found = findNearest(queries, train);
    expect(performance.now() - start).toBeLessThan(20_000);
    const right = found.filter(({ byDistance }, i) => byDistance.label === test.labels[i]).length;
    expect(right).toBeGreaterThanOrEqual(57);
  }, 30_000);

  it("refuses queries of another size or with numbers that are not finite", () => {
    expect(() => findNearest([new Float32Array(10)], train)).toThrow("Query 0 must be 784 finite numbers");
    expect(() => findNearest([new Float32Array(784).fill(Number.NaN)], train)).toThrow("784 finite numbers");
  });
});
