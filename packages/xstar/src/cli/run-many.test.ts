import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../testing/tiny-model.js";
import { manyFolderName, readMemory } from "./run-many.js";

describe("the memory of many pictures", () => {
  test.each([
    ["2GB", 2e9],
    ["1.5 gib", 1.5 * 2 ** 30],
    ["800MB", 8e8],
  ])("%s", (text, bytes) => {
    expect(readMemory(text)).toBe(bytes);
  });

  test.each(["2", "GB", "-1GB", "0MB", "1TB"])("is not %s", (text) => {
    expect(() => readMemory(text)).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: `"--memory" must be a size such as 2GB or 800MB: current value is ${text}`,
      }),
    );
  });
});

test("the folder of many pictures is called after their targets", () => {
  expect(manyFolderName(["fire8/squeeze1x1:*", "conv1:0-3"])).toBe("fire8-squeeze1x1-all-and-conv1-0-3");
});

const isBuilt = existsSync(new URL("../../dist/many/climb-worker.js", import.meta.url));

describe.skipIf(!isBuilt)("xstar maximize of many targets (needs a build)", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "xstar-cli-many-"));
    await writeFile(join(folder, "tiny.onnx"), tinyModel());
  });
  afterAll(() => rm(folder, { recursive: true }));
  const maximize = (...args: string[]) => runCli(folder, ["maximize", ...args]);

  test("makes a picture of every channel, once, and each can be run again", async () => {
    const args = ["tiny.onnx", "conv:*", "scores:0,2", "--steps", "4"];
    const out = join("out", "tiny", "conv-all-and-scores-0-2");
    expect(await maximize(...args)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        new RegExp(`^6 pictures made\n(Warnings .*\n)?${out}: sheet.png, index.html, manifest.json\n$`),
      ),
      err: expect.stringContaining("6 of 6"),
    });
    expect((await readdir(join(folder, out))).filter((name) => name.endsWith(".png")).toSorted()).toEqual([
      ...[0, 1, 2, 3].map((i) => `conv-${i}.png`),
      "scores-0.png",
      "scores-2.png",
      "sheet.png",
    ]);
    const before = await readFile(join(folder, out, "manifest.json"), "utf8");
    expect((await maximize(...args)).out).toContain("0 pictures made, 6 were there already\n");
    expect(await readFile(join(folder, out, "manifest.json"), "utf8")).toBe(before);

    const again = await maximize("--from", join(out, "conv-3.png"), "--out", "again");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("bit for bit") });
    expect(await maximize(...args, "--penalty", "tv=0.5")).toMatchObject({
      code: 2,
      err: expect.stringContaining(`"${out}" holds pictures that were made with another "objective of conv:0"`),
    });
  }, 60_000);

  test.each([
    [["conv:2-4"], '4 is out of range in the target "conv:2-4": there are 4, from 0 to 3'],
    [["conf:*"], 'The model has no layer "conf" with channels, as the target "conf:*" asks'],
    [["conv:*", "--memory", "1MB"], "One picture needs about"],
    [["conv:*", "--init", "ones", "--init", "zeros"], "Many targets at once have one start: 2 are given"],
  ])(
    "%j is refused in a sentence",
    async (args, message) => {
      const { code, err } = await maximize("tiny.onnx", ...args);
      expect(code).toBe(2);
      expect(err).toContain(message);
      expect(err).not.toContain("    at ");
    },
    60_000,
  );
});
