import { expect, test } from "vitest";
import { separation, separations } from "./separation.js";

test("the chance to tell two groups apart, ties counting half", () => {
  expect(separation([1, 2, 3, 4], (i) => i > 1)).toBe(1);
  expect(separation([1, 2, 3, 4], (i) => i < 2)).toBe(0);
  expect(separation([1, 1, 1, 1], (i) => i < 2)).toBe(0.5);
  expect(separation([1, 3, 2, 4], (i) => i > 1)).toBe(0.75);
  expect(separation([1, 2], () => true)).toBeUndefined();
});

test("each group against the rest", () => {
  expect(separations([1, 2, 3], (i) => i, 4)).toEqual([0, 0.5, 1, undefined]);
});
