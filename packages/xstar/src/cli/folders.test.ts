import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-folders-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
});
afterEach(() => rm(folder, { recursive: true }));

const flags = ["--recipe", "none", "--start", "random", "--steps", "2", "--format", "none"];
const ascent = (target: string, ...more: string[]) => xstar(["maximize", "tiny.onnx", target, ...flags, ...more]);
const xstar = (args: readonly string[]) => runCli(folder, args);
const list = async (...path: string[]) => (await readdir(join(folder, ...path))).toSorted();
const hash = async (...path: string[]) =>
  createHash("sha256")
    .update(await readFile(join(folder, ...path)))
    .digest("hex");
const readJson = async (...path: string[]) => JSON.parse(await readFile(join(folder, ...path), "utf8"));

describe("the folder of a run (needs a build)", () => {
  test("without --out is numbered where it holds a run of other settings, and the same where they are the same", async () => {
    expect(await ascent("conv:1", "--seed", "1")).toMatchObject({ code: 0 });
    const before = await hash("out", "tiny", "conv-1", "conv-1.png");
    const other = await ascent("conv:1", "--seed", "2");
    expect(other.err).toContain(
      `"${join("out", "tiny", "conv-1")}" holds another run, which stays: this one goes into "${join("out", "tiny", "conv-1-2")}"\n`,
    );
    expect(await hash("out", "tiny", "conv-1", "conv-1.png")).toBe(before);
    expect(await hash("out", "tiny", "conv-1-2", "conv-1.png")).not.toBe(before);
    for (const seed of ["1", "2"]) expect((await ascent("conv:1", "--seed", seed)).err).not.toContain("conv-1-3");
    expect(await list("out", "tiny")).toEqual(["conv-1", "conv-1-2"]);
    expect(await hash("out", "tiny", "conv-1", "conv-1.png")).toBe(before);
  });

  test("of many targets is numbered, too, and gone on with where its settings are the same", async () => {
    const usual = join("out", "tiny", "conv-all");
    expect(await ascent("conv:*")).toMatchObject({ code: 0 });
    const before = await hash(usual, "sheet.png");
    const other = await ascent("conv:*", "--seed", "5");
    expect(other).toMatchObject({ code: 0 });
    expect(other.err).toContain(`"${usual}" holds another run, which stays: this one goes into "${usual}-2"\n`);
    expect(await hash(usual, "sheet.png")).toBe(before);
    for (const seed of ["0", "5"]) expect((await ascent("conv:*", "--seed", seed)).out).toContain("0 pictures made");
    expect(await list("out", "tiny")).toEqual(["conv-all", "conv-all-2"]);
    expect(await ascent("conv:*", "--seed", "5", "--out", usual)).toMatchObject({ code: 2 });
  });

  test("is another for a model of the same name in another folder", async () => {
    await mkdir(join(folder, "other"));
    const changed = Buffer.from(tinyModel());
    await writeFile(join(folder, "other", "tiny.onnx"), Buffer.concat([changed, Buffer.from([0x32, 1, 0x61])]));
    await ascent("conv:1");
    const { code } = await xstar(["maximize", "other/tiny.onnx", "conv:1", ...flags]);
    expect([code, await list("out", "tiny")]).toEqual([0, ["conv-1", "conv-1-2"]]);
    // the same model by another path
    await xstar(["maximize", "./tiny.onnx", "conv:1", ...flags]);
    expect(await list("out", "tiny")).toEqual(["conv-1", "conv-1-2"]);
  });

  test("that --out names is refused where it holds another run, unless it is forced", async () => {
    await ascent("conv:1", "--out", "two");
    expect(await ascent("conv:2", "--out", "two")).toMatchObject({
      code: 2,
      err: 'Error: "two" holds another run\nHint: Give another folder, or --force to overwrite it\n',
    });
    expect((await readJson("two", "run.json")).pictures[0].target).toBe("conv:1");
    expect(await ascent("conv:1", "--out", "two")).toMatchObject({ code: 0 });
    expect(await ascent("conv:2", "--out", "two", "--force")).toMatchObject({ code: 0 });
    expect((await readJson("two", "run.json")).pictures[0].target).toBe("conv:2");
    expect(await ascent("conv:0-1", "--out", "two")).toMatchObject({
      code: 2,
      err: expect.stringContaining('"two" holds a run of targets that were named one by one'),
    });
    await ascent("conv:0-1", "--out", "sheet");
    expect(await ascent("conv:1", "--out", "sheet")).toMatchObject({ code: 2 });
  });

  test("is locked while it is written, and a lock that a killed run left is taken over", async () => {
    await mkdir(join(folder, "held"));
    const held = spawn("sleep", ["60"]);
    const lock = (pid: number) =>
      writeFile(join(folder, "held", ".xstar.lock"), JSON.stringify({ pid, host: hostname() }));
    await lock(held.pid!);
    for (const target of ["conv:1", "conv:0-1"]) {
      expect(await ascent(target, "--out", "held")).toMatchObject({
        code: 1,
        err: expect.stringContaining(`"held" is being written by another run: process ${held.pid} on ${hostname()}\n`),
      });
    }
    const ended = new Promise((resolve) => held.on("exit", resolve));
    held.kill("SIGKILL");
    await ended;
    expect(await ascent("conv:1", "--out", "held")).toMatchObject({ code: 0 });
    expect(await list("held")).toEqual(["conv-1.change.png", "conv-1.npy", "conv-1.png", "report.html", "run.json"]);
  });

  test("has whole sheets: pictures of other settings that got into it are made again", async () => {
    for (const [seed, out] of [
      ["0", "sheet"],
      ["5", "other"],
    ] as const)
      await ascent("conv:0-1", "--seed", seed, "--out", out);
    const right = await hash("sheet", "conv-0.png");
    for (const file of ["conv-0.png", "conv-0.json"])
      await writeFile(join(folder, "sheet", file), await readFile(join(folder, "other", file)));
    expect((await ascent("conv:0-1", "--out", "sheet")).out).toContain("1 picture made, 1 was there already");
    expect(await hash("sheet", "conv-0.png")).toBe(right);
  });

  test("is not made for a run that cannot begin", async () => {
    expect((await ascent("conv:1", "--memory", "1KB")).code).toBe(2);
    expect((await ascent("conv:77")).code).toBe(2);
    expect(await list()).toEqual(["tiny.onnx"]);
  });
});

test("a run that needs more memory than it may take is refused before its first step", async () => {
  for (const [memory, shown] of [
    ["10MB", "10 MB"],
    ["1KB", "0.001 MB"],
  ] as const) {
    const { code, err } = await ascent("conv:1", "--memory", memory);
    expect(code).toBe(2);
    expect(err).toMatch(/^Error: The picture may need about \d+ MB, more than the /);
    expect(err).toContain(
      `the ${shown} that are allowed\nHint: Take a smaller --picture-size, or allow more with --memory\n`,
    );
  }
  expect(await ascent("conv:1", "--memory", "2GB")).toMatchObject({ code: 0 });
});
