import { createRng } from "@xstar/core";
import { expect, test } from "vitest";
import type { Picture } from "../image/picture.js";
import { createDuplicateCheck } from "./near-duplicates.js";

function draw(seed: number, wide: number, offset = 0, cut = 0): Picture {
  const waves = createRng(seed).uniforms(6, 1, 4);
  const data = new Uint8ClampedArray(4 * wide * wide);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [((at >> 2) % wide) / wide, Math.floor((at >> 2) / wide) / wide].map(
      (u) => cut + (1 - 2 * cut) * u,
    ) as [number, number];
    const c = at % 4;
    data[at] = c === 3 ? 255 : offset + 120 + 100 * Math.sin(6 * waves[c]! * x + 6 * waves[c + 3]! * y);
  }
  return { width: wide, height: wide, data };
}

test("a picture that comes again, scaled or a little brighter, is known; another one is not", () => {
  const isKnown = createDuplicateCheck();
  expect(isKnown(draw(1, 64))).toBe(false);
  expect(isKnown(draw(2, 64))).toBe(false);
  expect(isKnown(draw(1, 64))).toBe(true);
  expect(isKnown(draw(2, 96))).toBe(true);
  expect(isKnown(draw(1, 64, 6))).toBe(true);
  expect(isKnown(draw(3, 64))).toBe(false);
  // the middle 224 of 256 pixels
  expect(isKnown(draw(2, 224, 0, 1 / 16))).toBe(true);
});
