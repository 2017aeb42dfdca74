import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numbers } from "@xstar/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeBands } from "../testing/idx-folder.js";
import { loadIdxFolder } from "./dataset.js";
import { openExamples, openPictures } from "./pictures.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-pictures-"));
  await mkdir(join(folder, "deep", "deeper"), { recursive: true });
  const gray = (level: number) =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: { r: level, g: 0, b: 0 } } });
  await gray(255).png().toFile(join(folder, "b.PNG"));
  await gray(51)
    .png()
    .toFile(join(folder, "deep", "deeper", "a.png"));
  await gray(0).webp().toFile(join(folder, "a.webp"));
  await writeFile(join(folder, "notes.txt"), "no picture");
  await symlink("b.PNG", join(folder, "c.jpg"));
});
afterAll(() => rm(folder, { recursive: true }));

const size = { channels: 3, height: 4, width: 4 } as const;

describe("the pictures of a folder", () => {
  test("are all that have the ending of one, also in folders inside, by name", async () => {
    const { names, read } = await openPictures(folder);
    expect(names).toEqual(["a.webp", "b.PNG", "c.jpg", join("deep", "deeper", "a.png")]);
    expect(numbers(await read(1, size)).slice(0, 17)).toEqual([...Array<number>(16).fill(1), 0]);
    expect(numbers(await read(3, size))[0]).toBeCloseTo(0.2, 6);
    expect((await read(1, { channels: 1, height: 2, width: 3 })).shape).toEqual([1, 2, 3]);
  });

  test("are found with a slash at the end and from inside, too", async () => {
    expect((await openPictures(`${folder}/`)).names).toHaveLength(4);
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect((await openPictures(".")).names[3]).toBe(join("deep", "deeper", "a.png"));
    } finally {
      process.chdir(before);
    }
  });

  test("of IDX files are the training and the test pictures, unchanged at their own size", async () => {
    const bands = await writeBands({ train: 6, test: 3, side: 12 });
    const { names, read } = await openPictures(bands);
    const { test: held } = await loadIdxFolder(bands);
    await rm(bands, { recursive: true, force: true });
    expect(names).toHaveLength(9);
    expect([names[1], names[8]]).toEqual(["train 1 (label 1)", "test 2 (label 2)"]);
    const last = Array.from(held.images.slice(2 * 144), (byte) => Math.fround(byte / 255));
    expect(numbers(await read(8, { channels: 1, height: 12, width: 12 }))).toEqual(last);
    expect(numbers(await read(8, { channels: 3, height: 12, width: 12 }))).toEqual([...last, ...last, ...last]);
    expect((await read(0, { channels: 3, height: 20, width: 20 })).shape).toEqual([3, 20, 20]);
  });

  test("that has none is an error that says what to give", async () => {
    await expect(openPictures(join(folder, "nothing"))).rejects.toThrow("it does not exist");
    const empty = await mkdtemp(join(tmpdir(), "xstar-empty-"));
    await expect(openPictures(empty)).rejects.toMatchObject({
      code: "file-not-readable",
      message: `There is no picture in "${empty}"`,
      hint: expect.stringContaining("IDX"),
    });
    await rm(empty, { recursive: true });
  });
});

test("a data set needs a model of pictures", async () => {
  await expect(openExamples("mnist", { shape: [1, 5, 8, 8], holds: undefined })).rejects.toMatchObject({
    code: "bad-argument",
  });
  await expect(openExamples("mnist", { shape: [1, 20], holds: { kind: "table" } })).rejects.toMatchObject({
    code: "bad-argument",
  });
});
