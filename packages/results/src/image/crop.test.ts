import { expect, test } from "vitest";
import { crop } from "./crop.js";
import { filledPicture, paste } from "./picture.js";

const picture = filledPicture(5, 4, [10, 20, 30]);
paste(filledPicture(2, 1, [200, 0, 0]), picture, 3, 2);

test("a crop is the part inside the box", () => {
  const part = crop(picture, { top: 1, left: 2, height: 2, width: 3 });
  expect([part.width, part.height]).toEqual([3, 2]);
  expect(Array.from(part.data).filter((_, i) => i % 4 === 0)).toEqual([10, 10, 10, 10, 200, 200]);
});

test.each([
  { top: -1, left: 0, height: 2, width: 2 },
  { top: 0, left: 4, height: 2, width: 2 },
  { top: 0, left: 0, height: 0, width: 2 },
])("%j is refused", (box) => {
  expect(() => crop(picture, box)).toThrow("A picture of 5 x 4 pixels has no part of");
});
