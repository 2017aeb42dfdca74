import sharp from "sharp";
import { expect, test } from "vitest";
import { filledPicture, paste } from "@xstar/results";
import { encodeWebp } from "./webp.js";

test("a small picture keeps every pixel", async () => {
  const picture = filledPicture(9, 7, [1, 2, 3]);
  paste(filledPicture(1, 1, [250, 0, 128]), picture, 4, 4);
  const { data, info } = await sharp(await encodeWebp(picture))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.format, info.width, info.height, info.channels]).toEqual(["raw", 9, 7, 3]);
  expect([...data]).toEqual([...picture.data].filter((_, i) => i % 4 !== 3));
});

test("a large one looks the same and is small", async () => {
  const bytes = await encodeWebp(filledPicture(200, 200, [120, 60, 30]));
  expect(bytes.length).toBeLessThan(2000);
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  [120, 60, 30].forEach((value, c) => expect(Math.abs(data[c]! - value)).toBeLessThan(6));
});
