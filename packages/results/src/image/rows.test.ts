import { expect, test } from "vitest";
import { filledPicture, type Picture } from "./picture.js";
import { rowsSheet } from "./rows.js";

const white = filledPicture(2, 2, [255, 255, 255]);
const redAt = ({ width, data }: Picture, x: number, y: number) => data[4 * (y * width + x)];

test("rows stand below one another, empty where there is no picture", () => {
  const sheet = rowsSheet(
    [
      [white, white, white],
      [undefined, white],
    ],
    { gap: 1 },
  );
  expect([sheet.width, sheet.height]).toEqual([10, 7]);
  expect([1, 4, 7].map((x) => redAt(sheet, x, 1))).toEqual([255, 255, 255]);
  expect([1, 4, 7].map((x) => redAt(sheet, x, 4))).toEqual([119, 255, 119]);
});
