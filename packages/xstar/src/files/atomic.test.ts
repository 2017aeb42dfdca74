import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFileAtomic } from "./atomic.js";
import { readFileOrExplain } from "./read.js";
import { explainSystemError } from "./system-error.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writing a file", () => {
  test("makes the folders, replaces what was there and leaves nothing else behind", async () => {
    const path = join(folder, "a", "b", "x.txt");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, new TextEncoder().encode("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(join(folder, "a", "b"))).toEqual(["x.txt"]);
  });

  test("writes through a link instead of replacing it", async () => {
    await writeFile(join(folder, "real.txt"), "old");
    await symlink("real.txt", join(folder, "link.txt"));
    await writeFileAtomic(join(folder, "link.txt"), "new");
    expect(await readFile(join(folder, "real.txt"), "utf8")).toBe("new");
  });

  test("does not replace a device", async () => {
    await writeFileAtomic("/dev/null", "gone");
    expect(await readFile("/dev/null", "utf8")).toBe("");
  });

  test("at the same time never mixes two contents", async () => {
    const path = join(folder, "x.txt");
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileAtomic(path, String(i).repeat(10_000))));
    expect(new Set((await readFile(path, "utf8")).match(/../g)).size).toBe(1);
    expect(await readdir(folder)).toEqual(["x.txt"]);
  });

  test("says that the path is a folder, or goes through a file", async () => {
    await mkdir(join(folder, "out"));
    await writeFile(join(folder, "file"), "");
    await expect(writeFileAtomic(join(folder, "out"), "")).rejects.toMatchObject({
      code: "file-not-writable",
      message: `Cannot write "${folder}/out": it is a folder`,
    });
    await expect(writeFileAtomic(join(folder, "file", "x.txt"), "")).rejects.toMatchObject({
      code: "file-not-writable",
      message: `Cannot write "${folder}/file/x.txt": a part of its path is a file, not a folder`,
    });
    expect((await readdir(folder)).toSorted()).toEqual(["file", "out"]);
  });

  test.runIf(process.getuid?.() !== 0)("says that there is no permission", async () => {
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, "x.txt"), "")).rejects.toThrow("there is no permission");
    await chmod(folder, 0o700);
  });
});

describe("reading a file", () => {
  test("gives its bytes", async () => {
    await writeFile(join(folder, "x.bin"), new Uint8Array([1, 2, 3]));
    expect([...(await readFileOrExplain(join(folder, "x.bin")))]).toEqual([1, 2, 3]);
  });

  test("says that it is missing, or a folder", async () => {
    await expect(readFileOrExplain(join(folder, "no.onnx"))).rejects.toMatchObject({
      code: "file-not-readable",
      message: `Cannot read "${folder}/no.onnx": it does not exist`,
      hint: expect.stringContaining("Check the name"),
    });
    await expect(readFileOrExplain(folder)).rejects.toThrow(`Cannot read "${folder}": it is a folder`);
  });
});

test.each([
  ["EACCES", "there is no permission"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the disk is read-only"],
])("the system's %s becomes a sentence with the cause kept", (code, reason) => {
  const cause = Object.assign(new Error("system"), { code });
  const error = explainSystemError("file-not-writable", "out/x.html", cause);
  expect(error).toMatchObject({ code: "file-not-writable", message: `Cannot write "out/x.html": ${reason}`, cause });
});

test("an error that has no sentence of ours keeps its own", () => {
  expect(explainSystemError("file-not-readable", "x", new Error("too strange")).message).toBe(
    'Cannot read "x": too strange',
  );
});
