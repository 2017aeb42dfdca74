import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XstarError } from "@xstar/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeTogether } from "./staging.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-staging-"));
  await writeFile(join(folder, "a.txt"), "old");
});
afterEach(() => rm(folder, { recursive: true }));

test("files come together", async () => {
  const written = await writeTogether(folder, async (staging) => {
    for (const name of ["a.txt", "b.txt"]) await writeFile(join(staging, name), "new");
    expect((await readdir(folder)).toSorted()).toEqual([".unfinished", "a.txt"]);
    return 2;
  });
  expect([written, (await readdir(folder)).toSorted()]).toEqual([2, ["a.txt", "b.txt"]]);
});

test("none comes where one cannot be written, and the sentence names where it would have gone", async () => {
  const failing = writeTogether(folder, async (staging) => {
    await writeFile(join(staging, "b.txt"), "new");
    throw new XstarError("file-not-writable", `Cannot write "${join(staging, "c.txt")}": the disk is full`);
  });
  await expect(failing).rejects.toMatchObject({
    code: "file-not-writable",
    message: `Cannot write "${join(folder, "c.txt")}": the disk is full`,
  });
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("what is no matter of files stays what it is", async () => {
  await expect(writeTogether(folder, () => Promise.reject(new TypeError("a fault")))).rejects.toThrow(TypeError);
});
