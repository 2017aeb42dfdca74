import { describe, expect, it } from "vitest";
import { loadMnist } from "../../../xstar/src/data/dataset.js";
import { measureVariability } from "./variability.js";

describe("measureVariability", () => {
  it("gives means, deviations and constant pixels by class and over all", () => {
    const { classes, all, mostVariable } = measureVariability({
      name: "tiny",
      images: Uint8Array.from([255, 0, 7, 255, 51, 7, 0, 0, 7]),
      labels: Uint8Array.from([1, 1, 0]),
      count: 3,
      height: 1,
      width: 3,
      classes: 3,
    });
    expect(classes[1]).toEqual({
      count: 2,
      mean: Float64Array.of(1, 0.1, 7 / 255),
      deviation: Float64Array.of(0, 0.1, 0),
      variability: 0.1,
      constant: Uint8Array.of(1, 0, 1),
    });
    expect(classes[0]).toMatchObject({ count: 1, variability: 0, constant: Uint8Array.of(1, 1, 1) });
    expect(classes[2]).toMatchObject({ count: 0, variability: 0, mean: Float64Array.of(0, 0, 0) });
    expect(all.deviation[0]).toBeCloseTo(Math.sqrt(2) / 3, 14);
    expect([...all.constant]).toEqual([0, 0, 1]);
    expect(mostVariable).toBe(1);
  });

  it("finds on the 60,000 pictures of MNIST that 2 varies most", async () => {
    const { train } = await loadMnist();
    const { classes, all, mostVariable } = measureVariability(train);
    const published = [138.21, 74.33, 144.73, 132.74, 125.55, 137.78, 125.54, 116.9, 131.47, 116.52];
    for (const [digit, sum] of published.entries()) {
      expect(Math.abs(classes[digit]!.variability - sum)).toBeLessThan(0.01);
    }
    expect(mostVariable).toBe(2);
    expect(classes.map(({ count }) => count)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(all.count).toBe(60000);
    expect(all.constant.reduce((a, b) => a + b, 0)).toBe(67);
    for (const { constant } of classes) expect(constant.every((value, p) => value >= all.constant[p]!)).toBe(true);
  });
});
