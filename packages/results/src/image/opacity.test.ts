import { expect, test } from "vitest";
import { opacityByAttribution, splitOpacity, withOpacity } from "./opacity.js";
import { filledPicture } from "./picture.js";

test("a picture with a channel more than its model takes has an opacity", () => {
  const grey = { shape: [2, 1, 2], data: [0.1, 0.2, 0.5, 1] };
  expect(splitOpacity(grey, 1)).toEqual({
    colours: { shape: [1, 1, 2], data: [0.1, 0.2] },
    opacity: { shape: [1, 2], data: [0.5, 1] },
  });
  expect(splitOpacity(grey, 2)).toEqual({ colours: grey });
  const flat = { shape: [1, 2], data: [0.1, 0.2] };
  expect(splitOpacity(flat, 0)).toEqual({ colours: flat });
});

test("an opacity goes into the fourth byte of each pixel, and stays in its range", () => {
  const picture = withOpacity(filledPicture(3, 1, [1, 2, 3]), { shape: [1, 3], data: [0, 0.5, 1.5] });
  expect([...picture.data]).toEqual([1, 2, 3, 0, 1, 2, 3, 128, 1, 2, 3, 255]);
});

test("what counts most is opaque, and the rest in proportion", () => {
  const attribution = { shape: [1, 6], data: [0, 1, 2, 3, 4, 100] };
  expect(opacityByAttribution(attribution)).toEqual({ shape: [1, 6], data: [0, 0.25, 0.5, 0.75, 1, 1] });
  expect(opacityByAttribution({ shape: [1, 2], data: [0, 0] }).data).toEqual([0, 0]);
  expect(opacityByAttribution({ shape: [1, 3], data: [0, 0, 5] }).data).toEqual([0, 0, 1]);
});
