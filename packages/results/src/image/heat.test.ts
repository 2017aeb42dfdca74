import type { Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { drawHeat, heatScale } from "./heat.js";

const plane = (values: readonly number[], shape: readonly number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});
const grey = plane([0.5, 0.5, 0.5, 0.5], [1, 2, 2]);

describe("heat", () => {
  it("goes from next to nothing to nearly the largest number", () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    expect(heatScale(plane(values, [10, 100]), false)).toEqual({ low: 0, high: expect.closeTo(994, 0) });
    expect(heatScale(plane([-3, 1, 2, 3], [2, 2]), true)).toEqual({ low: -3, high: 3 });
    expect(heatScale(plane([0, 0, 0, 0], [2, 2]), false)).toEqual({ low: 0, high: 1 });
  });

  it("colours what counts, and leaves the photograph where nothing does", () => {
    const { data } = drawHeat(grey, plane([0, 0, 0, 1], [2, 2]), { scale: { low: 0, high: 1 } });
    const [cold, warm] = [data.subarray(0, 3), data.subarray(12, 15)];
    expect(Math.max(...cold) - Math.min(...cold)).toBeLessThan(20);
    expect(warm[0]! - warm[2]!).toBeGreaterThan(40);
  });

  it("is blue where it speaks against, red where it speaks for", () => {
    const { data } = drawHeat(grey, plane([-1, 0, 0, 1], [2, 2]), { isSigned: true });
    expect(data[2]).toBeGreaterThan(data[0]! + 60);
    expect(data[12]).toBeGreaterThan(data[14]! + 60);
  });
});
