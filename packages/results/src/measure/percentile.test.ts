import { expect, test } from "vitest";
import { percentileOf } from "./percentile.js";

test("the percentile is the share below, and half of the equal ones", () => {
  expect(percentileOf(5, [1, 2, 3, 4])).toBe(100);
  expect(percentileOf(0, [1, 2, 3, 4])).toBe(0);
  expect(percentileOf(2.5, [1, 2, 3, 4])).toBe(50);
  expect(percentileOf(2, [1, 2, 2, 4])).toBe(50);
  expect(percentileOf(7, Float32Array.of(7, 7))).toBe(50);
  expect(percentileOf(7, [])).toBeUndefined();
});
