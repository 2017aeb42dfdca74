import sharp from "sharp";
import { expect, test } from "vitest";
import { encodePng, filledPicture, paste, type Picture } from "@xstar/results";
import { sharpCodec } from "./sharp-codec.js";

test("a small picture keeps every pixel", async () => {
  const picture = filledPicture(9, 7, [1, 2, 3]);
  paste(filledPicture(1, 1, [250, 0, 128]), picture, 4, 4);
  const { data, info } = await sharp(await sharpCodec.encode(picture, "webp"))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.format, info.width, info.height, info.channels]).toEqual(["raw", 9, 7, 3]);
  expect([...data]).toEqual([...picture.data].filter((_, i) => i % 4 !== 3));
});

test("a large one looks the same and is small", async () => {
  const bytes = await sharpCodec.encode(filledPicture(200, 200, [120, 60, 30]), "webp");
  expect(bytes.length).toBeLessThan(2000);
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  [120, 60, 30].forEach((value, c) => expect(Math.abs(data[c]! - value)).toBeLessThan(6));
});

const pixel = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3),
];

test("a file is made smaller, with its form", async () => {
  const halves = filledPicture(200, 100, [0, 0, 0]);
  paste(filledPicture(100, 100, [255, 255, 255]), halves, 0, 0);
  const small = await sharpCodec.decode(encodePng(halves), 50);
  expect([small.width, small.height]).toEqual([50, 25]);
  expect([pixel(small, 5, 12), pixel(small, 45, 12)]).toEqual([
    [255, 255, 255],
    [0, 0, 0],
  ]);
});

test("a small file is enlarged by a whole number", async () => {
  const { width, height } = await sharpCodec.decode(encodePng(filledPicture(28, 28, [9, 9, 9])), 100);
  expect([width, height]).toEqual([84, 84]);
});
