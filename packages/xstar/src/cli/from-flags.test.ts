import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import {
  fast,
  again,
  filesOf,
  folder,
  maximize,
  readJson,
  runs,
  useRunsFolder,
  xstar,
} from "../testing/runs-folder.js";

useRunsFolder();

const sideOf = async (file: string) => (await sharp(join(folder, file)).metadata()).width;

describe("--from", () => {
  beforeAll(() => maximize(...runs["transforms and a start picture"]!, "--out", "run", "--format", "none"));
  const png = join("run", "conv-1.png");

  test("keeps what made it, and when it was made by whom", async () => {
    const record = await readJson("run/run.json");
    expect(record).toMatchObject({
      xstar: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      platform: { node: process.versions.node, system: `${process.platform} ${process.arch}` },
      threads: 1,
      model: { path: "tiny.onnx", sha256: expect.stringMatching(/^[0-9a-f]{64}$/), weights: [] },
      starts: { "photo.png": { path: "photo.png", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      ascent: { seed: 0, steps: 6, start: [{ type: "array" }], runtime: expect.stringMatching(/^cpu .* 1t$/) },
    });
  });

  test("lets flags and targets change the run", async () => {
    const { out } = await again(
      "--from",
      png,
      "--out",
      "changed",
      "--format",
      "none",
      "--steps",
      "3",
      "--seed",
      "5",
      "--lr",
      "0.02",
    );
    expect(out).not.toContain("bit for bit");
    const { ascent, stepsTaken } = await readJson("changed/run.json");
    expect(stepsTaken).toBe(3);
    expect(ascent).toMatchObject({ seed: 5, optimizer: { type: "normalized", learningRate: 0.02 } });
    expect(ascent.transforms).toHaveLength(3);
    await again(
      "tiny.onnx",
      "conv:0",
      "conv:3",
      "--from",
      png,
      "--out",
      "changed",
      "--force",
      "--format",
      "none",
      "--transform",
      "none",
    );
    const { ascent: other, pictures } = await readJson("changed/run.json");
    expect(other).toMatchObject({ transforms: [], objectives: [{ channel: 0 }, { channel: 3 }] });
    expect(pictures.map(({ start }: { start: string }) => start)).toEqual(["photo.png", "photo.png"]);
  });

  test("finds the files beside the picture, or the model where it is said to be", async () => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(join(elsewhere, "models"), { recursive: true });
    for (const place of ["labels.txt", join("models", "labels.txt")])
      await copyFile(join(folder, "labels.txt"), join(elsewhere, place));
    for (const file of [png, "photo.png", "tiny.onnx"])
      await copyFile(join(folder, file), join(elsewhere, file === png ? "conv-1.png" : file));
    const before = await filesOf("run");
    expect(
      await runCli(elsewhere, ["maximize", "--from", "conv-1.png", "--out", "a", "--format", "none"]),
    ).toMatchObject({ code: 0 });
    expect(
      await runCli(folder, ["maximize", "--from", "elsewhere/conv-1.png", "--out", "elsewhere/b", "--format", "none"]),
    ).toMatchObject({ code: 0 });
    await copyFile(join(elsewhere, "tiny.onnx"), join(elsewhere, "models", "renamed.onnx"));
    await rm(join(elsewhere, "tiny.onnx"));
    const args = ["maximize", "models/renamed.onnx", "--from", "conv-1.png", "--out", "c", "--format", "none"];
    expect(await runCli(elsewhere, args)).toMatchObject({ code: 0 });
    for (const out of ["a", "b", "c"]) expect(await filesOf(`elsewhere/${out}`)).toEqual(before);
  });

  test.each([
    ["images", "a recipe with a picture by its path", "photo.png", "--image photo.png="],
    ["generators", "a generator with another input, in words", "generator.onnx", "--generator g="],
    ["inputs", "another input from a file", "z.npy", "--input z="],
  ])(
    "says which flag tells where one of the %s is now, and gives the same bytes with it",
    async (kind, run, file, flag) => {
      const [at, out] = [`moved-${kind}`, `of-moved-${kind}`];
      await mkdir(join(folder, at));
      await maximize(...runs[run]!, "--out", `${at}-1`);
      const before = await filesOf(`${at}-1`);
      const [picture] = Object.keys(before).filter((name) => name.endsWith(".png") && !name.endsWith(".change.png"));
      // where nothing of the run lies but the picture
      await copyFile(join(folder, `${at}-1`, picture!), join(folder, at, "it.png"));
      await copyFile(join(folder, file), join(folder, at, `new-${file}`));
      const here = (...args: string[]) => runCli(join(folder, at), ["maximize", "--from", "it.png", ...args]);
      const place = await mkdtemp(join(tmpdir(), "xstar-alone-"));
      await copyFile(join(folder, at, "it.png"), join(place, "it.png"));
      const model = join(folder, runs[run]![0]!);
      const lost = await runCli(place, ["maximize", "--from", "it.png", model]);
      expect(lost).toMatchObject({ code: 1, err: expect.stringContaining(`Say where it is now with ${flag}NEWPATH`) });
      await rm(place, { recursive: true });
      const [name, value] = flag.split(" ") as [string, string];
      const found = await here(join("..", runs[run]![0]!), name, `${value}new-${file}`, "--out", join("..", out));
      expect(found).toMatchObject({ code: 0 });
      expect(await filesOf(out)).toEqual(before);
    },
  );

  test("refuses a folder with other pictures", async () => {
    await maximize(..."tiny.onnx conv:1 --steps 2 --start photos#0 --out of-folder".split(" "));
    await copyFile(join(folder, "photo.png"), join(folder, "photos", "c.png"));
    const { code, err } = await xstar("maximize", "--from", "of-folder/run.json", "--out", "refused");
    await rm(join(folder, "photos", "c.png"));
    expect([code, err]).toEqual([1, expect.stringContaining('"photos" is not the folder')]);
  });

  test("makes as many pictures of another target as there were of one", async () => {
    await maximize(..."tiny.onnx conv:1 --steps 2 --batch 3 --out three".split(" "));
    await again("--from", "three/run.json", "tiny.onnx", "conv:2", "--out", "others");
    const slugs = async (out: string) =>
      (await readJson(`${out}/run.json`)).pictures.map((one: { slug: string }) => one.slug);
    expect(await slugs("others")).toEqual(["conv-2", "conv-2-2", "conv-2-3"]);
    await again("--from", "three/run.json", "--batch", "2", "--out", "two");
    expect(await slugs("two")).toEqual(["conv-1", "conv-1-2"]);
    const [three, two] = [await filesOf("three"), await filesOf("two")];
    expect(two["conv-1-2.npy"]).toBe(three["conv-1-2.npy"]);
  });

  test("says where it would write over the original that it does not", async () => {
    await maximize("tiny.onnx", "conv:2", "--steps", "2", "--format", "none");
    expect((await again("--from", "out/tiny/conv-2/conv-2.png", "--format", "none")).out).toContain(
      `Written to ${join("out", "tiny", "conv-2-again")}`,
    );
  });

  test.each([
    [1, ["--from", "missing.png"], 'Cannot read "missing.png": it does not exist'],
    [1, ["--from", "photo.png"], '"photo.png" carries no record of a run of xstar maximize'],
    [1, ["--from", "tiny.onnx"], '"tiny.onnx" carries no record'],
    [1, ["--from", "z.json"], '"z.json" carries no record'],
    [
      1,
      ["two.onnx", "--from", png],
      '"two.onnx" is not the file that the picture was made with: its SHA-256 is another',
    ],
    [1, ["lost.onnx", "--from", png], 'Cannot read "lost.onnx": it does not exist'],
    [2, ["--from", png, "--steps", "x"], '"--steps" must be a whole number of at least 0'],
    [2, ["--from", png, "--squash", "x"], '"squash" must be '],
  ])("%d: %j is one sentence", async (code, args, message) => {
    await writeFile(join(folder, "z.json"), '{"model": 3}');
    const outcome = await xstar("maximize", ...args, "--out", "wrong");
    expect(outcome).toMatchObject({ code, out: "" });
    expect(outcome.err).toContain(`Error: ${message}`);
    expect(outcome.err).not.toMatch(/\n +at /);
    if (args[0] === "lost.onnx")
      expect(outcome.err).toContain("Hint: With --from the first word is where the model is");
  });

  test("says when the numbers are others, and who made the first ones", async () => {
    const record = await readJson("run/run.json");
    record.pictures[0].sha256 = "0".repeat(64);
    record.platform.node = "1.2.3";
    await writeFile(join(folder, "run", "other.json"), JSON.stringify(record));
    const { out, err } = await again("--from", "run/other.json", "--out", "other", "--format", "none");
    expect(out).not.toContain("bit for bit");
    expect(err).toContain(
      `Warning: the numbers are not those of "run/other.json", which was made by xstar ${record.xstar}`,
    );
    expect(err).toContain("Node 1.2.3");
  });

  test("does not let a record choose where files are written", async () => {
    const record = await readJson("run/run.json");
    record.pictures[0].slug = "../../stolen";
    await writeFile(join(folder, "run", "evil.json"), JSON.stringify(record));
    expect((await xstar("maximize", "--from", "run/evil.json")).err).toContain('"run/evil.json" carries no record');
  });

  test("takes a picture of many", async () => {
    await maximize("tiny.onnx", "conv:*", ...fast, "--out", "many");
    const { out } = await again("--from", join("many", "conv-2.png"), "--out", "one", "--format", "none");
    expect(out).toContain(`The numbers are those of ${join("many", "conv-2.png")}, bit for bit`);
    expect(await sideOf("one/conv-2.png")).toBe(await sideOf("many/conv-2.png"));
  });

  test("repeats the enlargement and the animation, unless it is told others", async () => {
    await maximize("tiny.onnx", "conv:2", ...fast, "--out", "drawn", "--scale", "3", "--format", "webp");
    await again("--from", "drawn/conv-2.png", "--out", "drawn2");
    expect(await filesOf("drawn2")).toEqual(await filesOf("drawn"));
    const changed = [
      ["--scale", "5"],
      ["--format", "none"],
      ["--picture-size", "16"],
    ];
    for (const flags of changed) await again("--from", "drawn/conv-2.png", "--out", `drawn${flags[0]}`, ...flags);
    expect(await sideOf("drawn--scale/conv-2.png")).toBe(5 * 8);
    expect(await sideOf("drawn--format/conv-2.png")).toBe(3 * 8);
    expect(await readdir(join(folder, "drawn--format"))).not.toContain("conv-2.webp");
    expect(await sideOf("drawn--picture-size/conv-2.png")).toBe(288);
  });

  test("reads a record that does not tell how the pictures are drawn, and none that draws them without bounds", async () => {
    const { scale, format, ...record } = await readJson("run/run.json");
    expect({ scale, format }).toEqual({ scale: 35, format: "none" });
    await writeFile(join(folder, "run", "old.json"), JSON.stringify(record));
    await again("--from", "run/old.json", "--out", "old");
    expect(await readJson("old/run.json")).toMatchObject({ scale: 35, format: "gif" });
    for (const wrong of [{ scale: 1e6 }, { scale: 0.5 }, { format: "../gif" }]) {
      await writeFile(join(folder, "run", "evil.json"), JSON.stringify({ ...record, ...wrong }));
      expect((await xstar("maximize", "--from", "run/evil.json")).err).toContain('"run/evil.json" carries no record');
    }
  });

  test("finds the model from where the run began, or says how to give it", async () => {
    const base = join(folder, "base");
    await mkdir(join(base, "models"), { recursive: true });
    await copyFile(join(folder, "tiny.onnx"), join(base, "models", "deep.onnx"));
    const args = ["maximize", "models/deep.onnx", "conv:2", ...fast, "--format", "none", "--out", "out/deep"];
    expect(await runCli(base, args)).toMatchObject({ code: 0 });
    await again("--from", "base/out/deep/conv-2.png", "--out", "deep2");
    await copyFile(join(base, "out/deep/conv-2.png"), join(folder, "away.png"));
    expect(await xstar("maximize", "--from", "away.png", "--out", "deep3")).toMatchObject({
      code: 1,
      err: `Error: Cannot read "models/deep.onnx": it does not exist\nHint: Give the model's present path after --from FILE\n`,
    });
    await again("--from", "away.png", "base/models/deep.onnx", "--out", "deep3");
    expect(await filesOf("deep3")).toEqual(await filesOf("deep2"));
  });

  test("refuses a start picture that is another one now", async () => {
    const original = await readFile(join(folder, "photo.png"));
    await sharp(original).negate().png().toFile(join(folder, "negative.png"));
    await copyFile(join(folder, "negative.png"), join(folder, "photo.png"));
    const { code, err } = await xstar("maximize", "--from", png, "--out", "wrong");
    await writeFile(join(folder, "photo.png"), original);
    expect(code).toBe(1);
    expect(err).toContain('Error: "photo.png" is not the file that the picture was made with');
  });
});
