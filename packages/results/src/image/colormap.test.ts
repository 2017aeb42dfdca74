import { describe, expect, test } from "vitest";
import { type Colormap, colorAt, diverging, gray, viridis } from "./colormap.js";

const maps: Colormap[] = [gray, viridis, diverging.light, diverging.dark];

describe("colour maps", () => {
  test.each(maps)("$name has 256 colours without jumps", ({ colors }) => {
    expect(colors).toHaveLength(768);
    for (let at = 3; at < 768; at++) expect(Math.abs(colors[at]! - colors[at - 3]!)).toBeLessThan(12);
  });

  test("the ends and the middle are the control colours", () => {
    expect(colorAt(diverging.light, 0)).toEqual([0x21, 0x66, 0xac]);
    expect(colorAt(diverging.light, 0.5)).toEqual([0xf7, 0xf7, 0xf7]);
    expect(colorAt(diverging.light, 1)).toEqual([0xb2, 0x18, 0x2b]);
    expect(colorAt(diverging.dark, 0.5)).toEqual([0x10, 0x10, 0x14]);
    expect(colorAt(viridis, 1)).toEqual([0xfd, 0xe7, 0x25]);
  });

  test("zero on a symmetric grey scale is 128", () => {
    expect(colorAt(gray, 0.5)).toEqual([128, 128, 128]);
  });

  test("positions outside the scale are clipped", () => {
    expect(colorAt(gray, -3)).toEqual([0, 0, 0]);
    expect(colorAt(gray, 3)).toEqual([255, 255, 255]);
  });

  test("viridis becomes brighter from end to end", () => {
    const brightness = Array.from({ length: 256 }, (_, row) => {
      const [red, green, blue] = colorAt(viridis, row / 255);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(brightness.every((value, row) => row === 0 || value >= brightness[row - 1]! - 0.5)).toBe(true);
  });
});
