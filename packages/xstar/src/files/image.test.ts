import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng, filledPicture, paste } from "@xstar/results";
import { readImage } from "./image.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-image-"));
  const picture = filledPicture(4, 2, [255, 0, 0]);
  paste(filledPicture(2, 2, [0, 0, 255]), picture, 2, 0);
  const png = encodePng(picture);
  await writeFile(join(folder, "two.png"), png);
  await writeFile(join(folder, "cut.png"), encodePng(filledPicture(99, 99, [1, 2, 3])).subarray(0, 70));
  await writeFile(join(folder, "two.webp"), await sharp(png).webp({ lossless: true }).toBuffer());
  await writeFile(
    join(folder, "gray.jpg"),
    await sharp(encodePng(filledPicture(8, 8, [128, 128, 128])))
      .jpeg()
      .toBuffer(),
  );
  await writeFile(join(folder, "clear.png"), encodePng({ width: 1, height: 1, data: new Uint8ClampedArray(4) }));
  await writeFile(join(folder, "notes.txt"), "not a picture");
  await writeFile(join(folder, "x.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>");
});
afterAll(() => rm(folder, { recursive: true }));

describe("reading a picture", () => {
  test.each(["two.png", "two.webp"])("%s gives planes from 0 to 1, channel by channel", async (name) => {
    const image = await readImage(join(folder, name), { channels: 3, height: 2, width: 4 });
    expect(image).toMatchObject({ dtype: "float32", shape: [3, 2, 4] });
    const planes = [0, 1, 2].map((channel) => [...(image.data as Float32Array)].slice(8 * channel, 8 * channel + 8));
    expect(planes).toEqual([
      [1, 1, 0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 1, 1],
    ]);
  });

  test("cuts off the sides, or stretches", async () => {
    const size = { channels: 3, height: 2, width: 2 } as const;
    const stretched = await readImage(join(folder, "two.png"), { ...size, fit: "stretch" });
    const cut = await readImage(join(folder, "two.png"), size);
    const red = ({ data }: typeof cut) => [...(data as Float32Array)].slice(0, 2);
    expect(red(cut)).toEqual([1, 0]);
    expect(red(stretched)[0]).toBeGreaterThan(0.9);
    expect(red(stretched)[1]).toBeLessThan(0.1);
  });

  test("gives one channel of sRGB values", async () => {
    const image = await readImage(join(folder, "gray.jpg"), { channels: 1, height: 4, width: 4 });
    expect(image.shape).toEqual([1, 4, 4]);
    for (const value of image.data as Float32Array) expect(value).toBeCloseTo(128 / 255, 2);
  });

  test("draws transparent pixels on white", async () => {
    const { data } = await readImage(join(folder, "clear.png"), { channels: 1, height: 1, width: 1 });
    expect(data).toEqual(new Float32Array([1]));
  });

  test.each(["notes.txt", "x.svg"])("refuses %s, which is no picture", async (name) => {
    await expect(readImage(join(folder, name), { channels: 1, height: 1, width: 1 })).rejects.toMatchObject({
      code: "bad-data",
      message: `"${join(folder, name)}" is not a PNG, JPEG or WebP picture`,
    });
  });

  test("says that a picture is damaged, and that a file is missing", async () => {
    const size = { channels: 3, height: 9, width: 9 } as const;
    await expect(readImage(join(folder, "cut.png"), size)).rejects.toThrow("is damaged");
    await expect(readImage(join(folder, "none.png"), size)).rejects.toMatchObject({ code: "file-not-readable" });
  });
});
