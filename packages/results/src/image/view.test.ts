import { describe, expect, test } from "vitest";
import { diverging, viridis } from "./colormap.js";
import { changeOf } from "./planes.js";
import { changeScale, rawScale } from "./scale.js";
import { changeView, rawView, validView } from "./view.js";

const ramp = { shape: [20, 50], data: Float32Array.from({ length: 1000 }, (_, i) => i) };

function pixelAt({ picture }: { picture: { data: Uint8ClampedArray } }, pixel: number): number[] {
  return [...picture.data.subarray(4 * pixel, 4 * pixel + 4)];
}

describe("scales", () => {
  test("a raw scale leaves out half a percent at both ends", () => {
    expect(rawScale([ramp]).low).toBeCloseTo(4.995, 9);
    expect(rawScale([ramp]).high).toBeCloseTo(994.005, 9);
  });

  test("several pictures share one scale", () => {
    const { low, high } = rawScale([
      { shape: [1, 1], data: [-5] },
      { shape: [1, 1], data: [5] },
    ]);
    expect(low).toBeCloseTo(-4.95, 9);
    expect(high).toBeCloseTo(4.95, 9);
  });

  test("a constant picture becomes mid-grey", () => {
    expect(pixelAt(rawView({ shape: [2, 2], data: [7, 7, 7, 7] }), 0)).toEqual([128, 128, 128, 255]);
  });

  test("a single bright pixel among a thousand is not lost", () => {
    const dot = { shape: [20, 50], data: ramp.data.map((value) => (value === 500 ? 1 : 0)) };
    expect(rawScale([dot])).toEqual({ low: 0, high: 1 });
    expect(changeScale([dot])).toEqual({ low: -1, high: 1 });
  });

  test("no change at all has the scale of 1", () => {
    expect(changeScale([{ shape: [1, 2], data: [0, 0] }])).toEqual({ low: -1, high: 1 });
  });
});

describe("the raw view", () => {
  test("draws grey from black to white and counts the pixels outside", () => {
    const view = rawView(ramp);
    expect(view.picture).toMatchObject({ width: 50, height: 20 });
    expect(pixelAt(view, 0)).toEqual([0, 0, 0, 255]);
    expect(pixelAt(view, 999)).toEqual([255, 255, 255, 255]);
    expect([view.below, view.above]).toEqual([0.005, 0.005]);
  });

  test("draws RGB with one scale for all channels, so that hues stay", () => {
    const view = rawView({ shape: [3, 1, 2], data: [0, 1, 0, 0.5, 0, 0] }, { scale: { low: 0, high: 1 } });
    expect(pixelAt(view, 1)).toEqual([255, 128, 0, 255]);
  });

  test("draws the first three of more channels, and one of two through the map", () => {
    const scale = { low: 0, high: 1 };
    expect(pixelAt(rawView({ shape: [5, 1, 1], data: [1, 0, 1, 9, 9] }, { scale }), 0)).toEqual([255, 0, 255, 255]);
    expect(pixelAt(rawView({ shape: [2, 1, 1], data: [1, 0] }, { scale, map: viridis }), 0)).toEqual([
      253, 231, 37, 255,
    ]);
  });
});

describe("the change view", () => {
  test("draws lower blue, equal neutral and higher red", () => {
    const view = changeView({ shape: [1, 3], data: [0, 1, 2] }, { shape: [1, 3], data: [1, 1, 1] });
    expect(view).toMatchObject({ low: -1, high: 1, below: 0, above: 0 });
    expect([0, 1, 2].map((pixel) => pixelAt(view, pixel).slice(0, 3))).toEqual([
      [0x21, 0x66, 0xac],
      [0xf7, 0xf7, 0xf7],
      [0xb2, 0x18, 0x2b],
    ]);
  });

  test("takes a scale from outside and the map of the dark theme", () => {
    const options = { scale: { low: -2, high: 2 }, map: diverging.dark };
    const view = changeView({ shape: [1, 1], data: [8] }, { shape: [1, 1], data: [1] }, options);
    expect(view).toMatchObject({ low: -2, high: 2, above: 1 });
    expect(pixelAt(view, 0)).toEqual([0xff, 0x9e, 0x4a, 255]);
  });

  test("is the change of the luminance for RGB", () => {
    const change = changeOf({ shape: [3, 1, 1], data: [1, 1, 0] }, { shape: [3, 1, 1], data: [0, 0, 0] });
    expect(change.shape).toEqual([1, 1]);
    expect(change.data[0]).toBeCloseTo(0.9278, 6);
  });

  test("refuses pictures of different sizes", () => {
    expect(() => changeOf({ shape: [1, 2], data: [0, 0] }, { shape: [1, 1], data: [0] })).toThrow(
      "A picture of shape [1,2] cannot be compared with one of [1,1]",
    );
  });
});

describe("the valid view", () => {
  test("clips to the range of the input and says how much that was", () => {
    const view = validView({ shape: [1, 4], data: [-1, 0, 1, 2] }, { low: 0, high: 1 });
    expect(view).toMatchObject({ low: 0, high: 1, below: 0.25, above: 0.25 });
    expect([0, 1, 2, 3].map((pixel) => pixelAt(view, pixel)[0])).toEqual([0, 0, 255, 255]);
  });
});

describe("what is no picture", () => {
  test("NaN and infinity are named with their place", () => {
    expect(() => rawView({ shape: [2, 2], data: [0, 0, 0, Number.NaN] })).toThrow(
      expect.objectContaining({ code: "bad-data", message: "The picture has a NaN at row 1, column 1" }),
    );
    expect(() => rawView({ shape: [1, 1], data: [Number.POSITIVE_INFINITY] })).toThrow("The picture has a Infinity");
  });

  test.each([[[4]], [[1, 1, 2, 2]], [[0, 3]], [[]]])("the shape %j is refused", (shape) => {
    expect(() => rawView({ shape, data: [0, 0, 0, 0] })).toThrow("A picture needs the shape");
  });

  test("a wrong count of numbers is refused", () => {
    expect(() => rawView({ shape: [2, 2], data: [0] })).toThrow("A picture of shape [2,2] holds 4 numbers, not 1");
  });
});
