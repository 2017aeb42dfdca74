import { expect, test } from "vitest";
import { shrinkPlanes } from "./shrink.js";

test("pictures shrink by means of whole squares", () => {
  const x = { shape: [2, 2, 5], data: [1, 2, 3, 4, 9, 5, 6, 7, 8, 9, ...Array<number>(10).fill(7)] };
  expect(shrinkPlanes(x, 3)).toEqual({ shape: [2, 1, 2], data: Float32Array.of(3.5, 5.5, 7, 7) });
});

test("those that are small enough stay, thin ones keep a pixel", () => {
  const small = { shape: [2, 2], data: [1, 2, 3, 4] };
  expect(shrinkPlanes(small, 2)).toBe(small);
  expect(shrinkPlanes({ shape: [1, 4], data: [1, 3, 5, 7] }, 1)).toEqual({ shape: [1, 1], data: Float32Array.of(4) });
});
