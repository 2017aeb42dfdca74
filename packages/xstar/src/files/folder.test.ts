import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesIn, inFolder, prepareFolder } from "./folder.js";
import { makeFolders } from "./folders.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-folder-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a folder is made with those above it, also by several at once, and again", async () => {
  const path = join(folder, "a", "b", "c");
  await Promise.all([makeFolders(path), makeFolders(path), prepareFolder(path)]);
  await prepareFolder(path);
  expect(await readdir(path)).toEqual([]);
});

test("a folder is gone again where the work in it fails, and stays where something is in it", async () => {
  const path = join(folder, "new", "inner");
  const fail = async () => {
    throw new Error("no");
  };
  await expect(inFolder(path, fail)).rejects.toThrow("no");
  expect(existsSync(join(folder, "new"))).toBe(false);
  await expect(inFolder(path, async () => writeFile(join(path, "kept"), "").then(fail))).rejects.toThrow("no");
  expect(await readdir(path)).toEqual(["kept"]);
  await makeFolders(join(folder, "old"));
  await expect(inFolder(join(folder, "old"), fail)).rejects.toThrow("no");
  expect(existsSync(join(folder, "old"))).toBe(true);
  expect(await inFolder(path, async () => 7)).toBe(7);
});

test("a file in the way is told", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(prepareFolder(join(folder, "file", "x"))).rejects.toMatchObject({
    code: "file-not-writable",
    message: `Cannot write "${folder}/file/x": a part of its path is a file, not a folder`,
  });
});

test.runIf(existsSync("/proc/self"))("a system that makes no folders is told, without waiting for ever", async () => {
  await expect(prepareFolder("/proc/xstar/a")).rejects.toMatchObject({
    code: "file-not-writable",
    message: 'Cannot write "/proc/xstar/a": no such file or folder can be made',
  });
});

test.runIf(existsSync("/proc/self"))(
  "a folder that permissions allow to write but the system does not is told",
  async () => {
    await expect(prepareFolder("/proc")).rejects.toMatchObject({ code: "file-not-writable" });
  },
);

test.skipIf(process.platform === "win32")("pipes are no files of a folder, links to files are", async () => {
  const own = join(folder, "mixed");
  await makeFolders(join(own, "inside"));
  await writeFile(join(own, "inside", "a.png"), "");
  await symlink(join("inside", "a.png"), join(own, "b.png"));
  execFileSync("sh", ["-c", 'mkfifo "$0"', join(own, "pipe.png")]);
  expect(await filesIn(own)).toEqual(["b.png", "inside/a.png"]);
});
