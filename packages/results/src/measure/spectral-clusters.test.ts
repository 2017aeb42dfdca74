import { createRng } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { spectralClusters } from "./spectral-clusters.js";

const rng = createRng(1);
/** A heap of points around a place. */
const heap = (count: number, x: number, width: number) =>
  Array.from({ length: count }, (_, i) => {
    const [a, b] = rng.split(`${x} ${i}`).normals(2);
    return [x + width * a!, width * b!];
  });

describe("spectral clusters", () => {
  it("are what hangs together, large and small", () => {
    const { of, count } = spectralClusters([...heap(15, 0, 0.1), ...heap(60, 6, 1)]);
    expect(count).toBe(2);
    expect(new Set(of.slice(0, 15)).size).toBe(1);
    expect(new Set(of.slice(15)).size).toBe(1);
    expect(of[0]).not.toBe(of[15]);
  });

  it("are one where there is no gap, and of few points", () => {
    const cloud = Array.from({ length: 60 }, (_, i) => rng.split(`cloud ${i}`).normals(2));
    expect(spectralClusters(cloud).count).toBe(1);
    expect(spectralClusters(cloud.slice(0, 5))).toMatchObject({ count: 1, of: [0, 0, 0, 0, 0] });
  });
});
