import { tensor, type InputKind, type Tensor } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { drawingOf } from "./drawing.js";
import { envelopeOf } from "./lines.js";
import type { Picture } from "./picture.js";

const ramp = (shape: readonly number[]): Tensor<"float32"> => {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i / 3));
  return { dtype: "float32", shape: [...shape], data };
};

/** The lowest inked pixel of a column counts from the top. */
function inkOf({ width, height, data }: Picture, x: number): number[] {
  return Array.from({ length: height }, (_, y) => y).filter((y) => {
    const [red, , blue] = data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4);
    return red === 0 && blue === 178;
  });
}

describe("inputs that are no pictures", () => {
  test.each<[string, readonly number[], InputKind]>([
    ["a signal of 20000 samples, channel last", [20000, 1], { kind: "audio", time: 1 }],
    ["twelve channels", [12, 500], { kind: "series", time: 2 }],
    ["vectors", [16, 96], { kind: "embedding", time: 1 }],
    ["vectors of many features", [77, 4096], { kind: "embedding", time: 1 }],
    ["a few numbers", [5], { kind: "table" }],
    ["many numbers", [5000], { kind: "table" }],
    ["a video", [3, 20, 16, 12], { kind: "video", time: 2, channels: 1 }],
    ["a video of frames first", [20, 3, 16, 12], { kind: "video", time: 1, channels: 2 }],
  ])("%s are drawn at a size that files have", (_, shape, holds) => {
    const drawing = drawingOf([1, ...shape], holds);
    const input = ramp(shape);
    const zeros = { ...input, data: new Float32Array(input.data.length) };
    for (const drawn of [
      drawing.raw(input),
      drawing.change(input, zeros),
      drawing.raw(zeros, input),
      drawing.raw(zeros),
    ]) {
      expect(drawn.data).toHaveLength(4 * drawn.width * drawn.height);
      expect(Math.max(drawn.width, drawn.height)).toBeLessThanOrEqual(1024);
    }
    expect(drawing.raw(input)).not.toEqual(drawing.raw(zeros, input));
  });

  test("a curve goes up with the numbers, and no peak is lost", () => {
    const data = new Float32Array(20000);
    data[12345] = 1;
    data[100] = -1;
    const { raw } = drawingOf([1, 1, 20000], { kind: "series", time: 2 });
    const drawn = raw(tensor("float32", data, [1, 20000]) as Tensor<"float32">);
    const peak = Math.floor((12345 * drawn.width) / 20000);
    const heights = [peak - 1, peak, peak + 1].map((x) => Math.min(...inkOf(drawn, x)));
    expect(Math.min(...heights)).toBeLessThan(8);
    expect(Math.max(...inkOf(drawn, Math.floor((100 * drawn.width) / 20000)))).toBeGreaterThan(drawn.height - 8);
    expect(Math.min(...inkOf(drawn, 600))).toBeGreaterThan(drawn.height / 3);
  });

  test("parts of a line keep its least and greatest numbers", () => {
    expect(envelopeOf([1, 5, 2, 2, -3, 0], 3)).toEqual({
      low: Float32Array.of(1, 2, -3),
      high: Float32Array.of(5, 2, 0),
    });
    expect(envelopeOf([4], 3)).toEqual({ low: Float32Array.of(4), high: Float32Array.of(4) });
  });
});
