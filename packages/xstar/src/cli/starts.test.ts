import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

let folder: string;
const xstar = (args: readonly string[]) => runCli(folder, args);
const readRun = async (out: string) => JSON.parse(await readFile(join(folder, out, "run.json"), "utf8"));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-starts-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
});
afterAll(() => rm(folder, { recursive: true }));

describe("a run (needs a build)", () => {
  test("begins at the numbers of an earlier picture, which lie beside it, or says that they are lost", async () => {
    // numbers far beyond black and white
    const loud = ["maximize", "tiny.onnx", "conv:3", "--recipe", "none", "--steps", "20", "--lr", "9", "--out", "loud"];
    await xstar(loud);
    const { pictures } = await readRun("loud");
    const go = (...args: string[]) =>
      xstar(["maximize", "tiny.onnx", "conv:3", "--recipe", "none", "--steps", "0", ...args]);
    await go("--start", "loud/conv-3.png", "--out", "on");
    expect((await readRun("on")).pictures[0]).toMatchObject({ start: join("loud", "conv-3.npy") });
    expect((await readRun("on")).pictures[0].activation.start).toBeCloseTo(pictures[0].activation.end, 3);
    await mkdir(join(folder, "alone"));
    await copyFile(join(folder, "loud", "conv-3.png"), join(folder, "alone", "conv-3.png"));
    const { code, err } = await go("--start", "alone/conv-3.png", "--out", "alone");
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('conv-3.npy, which "xstar maximize --from" writes, is not beside it'),
    ]);
  });

  test("begins at a picture of a folder or of a data set by its number", async () => {
    const go = (start: string) =>
      xstar([
        "maximize",
        "tiny.onnx",
        "conv:3",
        "--recipe",
        "none",
        "--steps",
        "0",
        "--start",
        start,
        "--out",
        "numbered",
      ]);
    expect(await go("mnist#7")).toMatchObject({ code: 0 });
    expect((await readRun("numbered")).starts).toMatchObject({ mnist: { path: "mnist" } });
    expect(await go("loud#99")).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no picture 99 in "loud"'),
    });
  });

  test("begins every target at every start", async () => {
    const targets = ["conv:0", "conv:1", "conv:2"];
    const starts = ["--start", "zeros", "--start", "ones"];
    const flags = ["--recipe", "none", "--steps", "1", "--format", "none", "--out", "pairs"];
    expect(await xstar(["maximize", "tiny.onnx", ...targets, ...starts, ...flags])).toMatchObject({ code: 0 });
    const pairs = async (out: string) =>
      (await readRun(out)).pictures.map(({ target, start }: Record<string, string>) => `${target} ${start}`);
    expect(await pairs("pairs")).toEqual(targets.flatMap((target) => [`${target} zeros`, `${target} ones`]));
    const again = ["maximize", "--from", "pairs/run.json", "tiny.onnx", "conv:3", "--out", "others"];
    expect(await xstar(again)).toMatchObject({ code: 0 });
    expect(await pairs("others")).toEqual(["conv:3 zeros", "conv:3 ones"]);
  });

  test("begins at a transparent picture as it was", async () => {
    const go = (...args: string[]) =>
      xstar(["maximize", "tiny.onnx", "conv:3", "--parameterization", "alpha", ...args]);
    expect(await go("--steps", "5", "--out", "alpha")).toMatchObject({ code: 0 });
    expect(await go("--steps", "0", "--start", "alpha/conv-3.npy", "--out", "alpha2")).toMatchObject({ code: 0 });
    const [before, after] = [await readRun("alpha"), await readRun("alpha2")];
    expect(after.metrics.pictures[0].activation).toBeCloseTo(before.metrics.pictures[0].activation, 3);
  });
});
