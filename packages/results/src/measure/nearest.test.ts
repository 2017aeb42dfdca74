import { createRng } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { loadMnist } from "../../../xstar/src/data/dataset.js";
import type { ImageDataset } from "./source.js";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { correlate, measureDistance } from "./correlation.js";
import { findNearest } from "./nearest.js";

function imageOf({ images }: ImageDataset, i: number): Float32Array {
  return Float32Array.from(images.subarray(i * 784, (i + 1) * 784), (byte) => byte / 255);
}

function dataOf(images: Uint8Array): ImageDataset {
  const count = images.length / 784;
  return { ...train, images, labels: new Uint8Array(count), count };
}

const { train, test } = await loadMnist();
const runtime = nodeRuntime();

async function expectAsOneByOne(queries: readonly Float32Array[], data: ImageDataset) {
  const all = Array.from({ length: data.count }, (_, i) => imageOf(data, i));
  for (const [k, { byDistance, byCorrelation }] of (await findNearest(queries, data, runtime)).entries()) {
    const distances = all.map((image) => measureDistance(queries[k]!, image));
    const correlations = all.map((image) => correlate(queries[k]!, image)!);
    const smallest = Math.min(...distances);
    const largest = Math.max(...correlations);
    expect(byDistance).toMatchObject({ index: distances.indexOf(smallest), distance: smallest });
    expect(byCorrelation).toMatchObject({ index: correlations.indexOf(largest), correlation: largest });
  }
}

describe("findNearest", () => {
  it("finds each picture of the data set itself", async () => {
    const indices = [0, 777, 59999];
    const found = await findNearest(
      indices.map((i) => imageOf(train, i)),
      train,
      runtime,
    );
    for (const [k, index] of indices.entries()) {
      const { byDistance, byCorrelation } = found[k]!;
      expect(byDistance).toMatchObject({ index, label: train.labels[index] });
      expect(byDistance.distance).toBe(0);
      expect(byCorrelation).toMatchObject({ index });
      expect(byCorrelation!.correlation).toBeCloseTo(1, 9);
    }
  });

  it("agrees with comparing one by one, for queries of any range", async () => {
    const some: ImageDataset = { ...train, images: train.images.subarray(0, 1000 * 784), count: 1000 };
    const rng = createRng(5);
    const queries = [
      imageOf(test, 3),
      rng.normals(784, 0.5, 0.3),
      rng.normals(784, -2, 40),
      rng.normals(784, 900, 0.1),
    ];
    await expectAsOneByOne(queries, some);
  });

  it("tells pictures apart that a product in float32 does not", async () => {
    const rng = createRng(6);
    const base = Uint8Array.from(rng.uniforms(784, 0, 254));
    const half = rng.normals(192, 0, 40);
    // it rises slowly over 400 pixels, and then shows the same twice
    const query = Float32Array.from({ length: 784 }, (_, p) => (p < 400 ? p * 1e-4 : half[(p - 400) % 192]!));
    const images = new Uint8Array(400 * 784);
    // each picture has one step more in one of the 400, and some pixels of the two halves swapped
    for (let i = 0; i < 400; i++) {
      const image = images.subarray(i * 784, (i + 1) * 784);
      image.set(base);
      image[(i * 171) % 400]! += 1;
      rng.normals(192, 0, 1).forEach((value, p) => {
        if (value > 0) [image[400 + p], image[592 + p]] = [image[592 + p]!, image[400 + p]!];
      });
    }
    await expectAsOneByOne([query], dataOf(images));
  });

  it("gives the first of equals", async () => {
    const images = new Uint8Array(1200 * 784);
    for (let i = 0; i < 1200; i++) images.set(train.images.subarray(0, 784), i * 784);
    images.fill(0, 0, 3 * 784);
    const [found] = await findNearest([imageOf(train, 0)], dataOf(images), runtime);
    expect(found).toMatchObject({ byDistance: { index: 3, distance: 0 }, byCorrelation: { index: 3 } });
  });

  it("has no neighbor by correlation for a constant query", async () => {
    const queries = [new Float32Array(784).fill(0.1), new Float32Array(784)];
    const [gray, black] = await findNearest(queries, train, runtime);
    expect(gray!.byCorrelation).toBeNull();
    expect(gray!.byDistance.correlation).toBeNull();
    expect(black!.byCorrelation).toBeNull();
    expect(black!.byDistance.label).toBe(1);
  });

  it("has no neighbor by correlation where every picture is constant", async () => {
    const [found] = await findNearest([imageOf(train, 0)], dataOf(new Uint8Array(2 * 784).fill(9)), runtime);
    expect(found).toMatchObject({ byDistance: { index: 0, correlation: null }, byCorrelation: null });
  });

  it("finds pictures of the digit of 60 queries among 60,000", async () => {
    const queries = Array.from({ length: 60 }, (_, i) => imageOf(test, i));
    const found = await findNearest(queries, train, runtime);
    const right = found.filter(({ byDistance }, i) => byDistance.label === test.labels[i]).length;
    expect(right).toBeGreaterThanOrEqual(57);
  });

  it("refuses queries of another size or with numbers that are not finite", async () => {
    await expect(findNearest([new Float32Array(10)], train, runtime)).rejects.toThrow(
      "Query 0 must be 784 finite numbers",
    );
    await expect(findNearest([new Float32Array(784).fill(Number.NaN)], train, runtime)).rejects.toThrow(
      "784 finite numbers",
    );
  });
});
