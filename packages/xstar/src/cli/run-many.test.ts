import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng, filledPicture, type DoneEntry, type Manifest } from "@xstar/results";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { readMemory } from "./flags.js";
import { manyFolderName, summarizeMany, summarizeWarnings } from "./run-many.js";

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

describe("the warnings of many pictures", () => {
  const entry = (target: string, ...warnings: string[]) =>
    ({ target, status: "done", warnings }) as unknown as DoneEntry;

  test("are told once for each kind, with the targets that have it", () => {
    const lines = summarizeWarnings([
      entry("a:0", "The target never moved: it stayed at 0 for all 9 steps", "12 % is outside"),
      entry("a:1"),
      { target: "a:2", slug: "a-2", objective: { type: "tv" }, status: "failed", reason: "It broke" },
      entry("a:3", "Less than 1 % is outside"),
      entry("a:4", "The target never moved: it stayed at -1.5e-7 for all 9 steps"),
      entry("a:5", "The picture is odd"),
    ]);
    expect(lines).toEqual([
      "Warning for 2 of 6 (a:0, a:4): The target never moved: it stayed at 0 for all 9 steps",
      "Warning for 2 of 6 (a:0, a:3): 12 % is outside",
      "Warning for a:5: The picture is odd",
    ]);
  });

  test("name the first of many targets", () => {
    const [line] = summarizeWarnings(Array.from({ length: 10 }, (_, i) => entry(`a:${i}`, "It is odd")));
    expect(line).toBe("Warning for 10 of 10 (a:0, a:1, a:2, a:3, a:4, a:5, a:6, a:7 and 2 more): It is odd");
  });
});

test("a sheet is named only where there is one", () => {
  const result = (file: string) => {
    const targets = [{ target: "a:0", status: "done", file, warnings: [] }] as unknown as readonly DoneEntry[];
    return { manifest: { targets } as unknown as Manifest, made: 1, skipped: 2 };
  };
  expect(summarizeMany(result("a-0.png"), "out/a")).toBe(
    "1 picture made, 2 were there already\nout/a: sheet.png, index.html, manifest.json\n",
  );
  expect(summarizeMany(result("a-0.npy"), "out/a")).toContain("\nout/a: manifest.json\n");
});

const isBuilt = existsSync(new URL("../../dist/run/many/batch-worker.js", import.meta.url));

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
        new RegExp(`^6 pictures made\n(Warnings? .*\n)?${out}: sheet.png, index.html, manifest.json\n$`),
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
    expect(await maximize(...args, "--resume")).toMatchObject({
      out: expect.stringContaining("0 pictures made, 6 were there already\n"),
      err: "Many targets at once always go on where they stopped, without --resume too\n",
    });
    expect(await readFile(join(folder, out, "manifest.json"), "utf8")).toBe(before);

    const again = await maximize("--from", join(out, "conv-3.png"), "--out", "again");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("bit for bit") });
    const others = [...args, "--penalty", "tv=0.5"];
    expect(await maximize(...others)).toMatchObject({
      code: 0,
      err: expect.stringContaining(`"${out}" holds another run, which stays: this one goes into "${out}-2"`),
    });
    expect(await maximize(...others, "--out", out)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`"${out}" holds pictures that were made with another "objective of conv:0"`),
    });
  }, 60_000);

  test("takes units of a further model too", async () => {
    const { code } = await maximize("tiny.onnx", "other::conv:1-2", "--second", "other=tiny.onnx", "--steps", "2");
    expect(code).toBe(0);
    const text = await readFile(join(folder, "out", "tiny", "other-conv-1-2", "manifest.json"), "utf8");
    const { targets } = JSON.parse(text) as Manifest;
    expect(targets.map(({ target, status }) => [target, status])).toEqual([
      ["other::conv:1", "done"],
      ["other::conv:2", "done"],
    ]);
  }, 60_000);

  test("compares them with real pictures, in as many threads, opaque where they count", async () => {
    const shades = [40, 200].map((shade) => encodePng(filledPicture(8, 8, [shade, shade, shade])));
    await mkdir(join(folder, "real"));
    await Promise.all(shades.map((bytes, i) => writeFile(join(folder, "real", `${i}.png`), bytes)));
    const flags = ["--dataset", "real", "--threads", "2", "--jobs", "1", "--attribution", "--scale", "2"];
    const { code } = await maximize("tiny.onnx", "scores:*", "--steps", "4", "--out", "compared", ...flags);
    expect(code).toBe(0);
    const text = await readFile(join(folder, "compared", "manifest.json"), "utf8");
    const { images, ascent, targets } = JSON.parse(text) as Manifest;
    expect(images).toEqual({ folder: "real", count: 2, read: 2 });
    expect(ascent).toMatchObject({ threads: 2, scale: 2, attribution: true });
    for (const one of targets) {
      expect(one).toMatchObject({ metrics: { percentile: expect.any(Number), plausibility: expect.anything() } });
      expect(existsSync(join(folder, "compared", `${one.slug}.transparent.png`))).toBe(true);
    }
  }, 60_000);

  test("ends with an error that names those that divergedAt, and keeps all", async () => {
    const flags = ["--recipe", "none", "--optimizer", "gradient", "--lr", "3e38", "--steps", "60", "--out", "broken"];
    const { code, err, out } = await maximize("tiny.onnx", "conv:*", ...flags);
    expect(code).toBe(1);
    expect(err).toContain(
      "Error: 4 of 4 targets were no longer finite; divergedAt, and their pictures are from before: conv:0, conv:1, conv:2, conv:3\n",
    );
    expect(out).toContain("4 pictures made");
    expect(out).toMatch(/Warning for 4 of 4 \(.*\): The picture broke at step/);
    expect((await readdir(join(folder, "broken"))).filter((name) => name.endsWith(".png"))).toHaveLength(5);
  }, 60_000);

  test.each([
    [["conv:2-4"], '4 is out of range in the target "conv:2-4": there are 4, from 0 to 3'],
    [["conf:*"], 'The model has no layer "conf" with channels, as the target "conf:*" asks'],
    [["conv:*", "--memory", "1MB"], "One picture needs about"],
    [["conv:*", "--format", "webp"], '"--format" is for targets that are named one by one'],
    [["conv:*", "--export"], '"--export" is for targets that are named one by one'],
    [["conv:*", "--checkpoint", "5"], '"--checkpoint" is for targets that are named one by one'],
    [["conv:*", "--start", "ones", "--start", "zeros"], "Many targets at once have one start: 2 are given"],
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
