import { describe, expect, it } from "vitest";
import { zeroBorder } from "./border.js";

describe("zeroBorder", () => {
  it.each([
    [0, 784],
    [1, 676],
    [13, 4],
    [14, 0],
    [20, 0],
  ])("with a border of %i leaves %i of 28 x 28 pixels", (border, left) => {
    const image = new Float32Array(784).fill(1);
    expect(zeroBorder(image, 28, 28, border).reduce((a, b) => a + b, 0)).toBe(left);
    expect(image.every((pixel) => pixel === 1)).toBe(true);
  });

  it("sets the ring of every channel to the value", () => {
    const image = Float32Array.from({ length: 24 }, (_, i) => i);
    const kept = new Set([5, 6, 17, 18]);
    expect(zeroBorder(image, 3, 4, 1, -1)).toEqual(image.map((i) => (kept.has(i) ? i : -1)));
  });

  it("refuses borders and sizes that make no sense", () => {
    expect(() => zeroBorder(new Float32Array(4), 2, 2, -1)).toThrow("not -1");
    expect(() => zeroBorder(new Float32Array(4), 2, 2, 0.5)).toThrow("not 0.5");
    expect(() => zeroBorder(new Float32Array(5), 2, 2, 1)).toThrow("5 numbers are not a whole number of 2 x 2 planes");
  });
});
