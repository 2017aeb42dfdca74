import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@xstar/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, type Outcome } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-resume-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
});
afterAll(() => rm(folder, { recursive: true }));

const steps = 3000;
const command = `maximize tiny.onnx conv:2 conv:1 --steps ${steps} --threads 1 --checkpoint 100
  --optimizer adam --transform jitter:pixels=2 --keep best --schedule cosine`.split(/\s+/);
const checkpoint = "checkpoint.safetensors";

/** Runs the command and stops it as soon as `isTime`. */
async function runAndKill(
  args: readonly string[],
  isTime: () => boolean,
  signal: NodeJS.Signals = "SIGKILL",
): Promise<Outcome> {
  return runCli(folder, args, (child) => {
    const timer = setInterval(() => {
      if (!isTime()) return;
      clearInterval(timer);
      child.kill(signal);
    }, 1);
    child.on("close", () => clearInterval(timer));
  });
}

/** Everything that a run leaves; of `run.json` all but the time that it took. */
async function resultOf(out: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, out))).toSorted();
  const contents = names.map(async (name) => {
    const bytes = await readFile(join(folder, out, name));
    return [name, name === "run.json" ? bytes.toString().replace(/"seconds": .*/, "") : bytes.toString("base64")];
  });
  return Object.fromEntries(await Promise.all(contents));
}

describe("--resume after a run was killed", { timeout: 120_000 }, () => {
  test("ends with the bytes of one that was not, however often it is killed", async () => {
    expect(await runCli(folder, [...command, "--out", "whole"])).toMatchObject({ code: 0 });
    const rng = createRng(Date.now() % 1000);
    const path = join(folder, "killed", checkpoint);
    const writtenAt = () => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    let kills = 0;
    for (; kills < 4; kills++) {
      const before = writtenAt();
      const delay = rng.uniforms(1, 0, 100)[0]!;
      let killAt = Number.POSITIVE_INFINITY;
      const { code } = await runAndKill([...command, "--out", "killed", ...(kills > 0 ? ["--resume"] : [])], () => {
        if (killAt === Number.POSITIVE_INFINITY && writtenAt() !== before) killAt = performance.now() + delay;
        return performance.now() > killAt;
      });
      if (code === 0) break;
      expect(code).toBe(null);
      expect(existsSync(join(folder, "killed", "run.json"))).toBe(false);
    }
    expect(kills).toBeGreaterThan(0);
    if (existsSync(path)) {
      const { code, err } = await runCli(folder, [...command, "--out", "killed", "--resume"]);
      expect(code).toBe(0);
      expect(err).toMatch(/^Going on after step \d+00\n/);
    }
    expect(await resultOf("killed")).toEqual(await resultOf("whole"));
  });

  test("Ctrl-C leaves a checkpoint too, and its pictures", async () => {
    await runCli(folder, [...command, "--out", "whole"]);
    const isStarted = () => existsSync(join(folder, "stopped", checkpoint));
    const stopped = await runAndKill([...command, "--out", "stopped"], isStarted, "SIGINT");
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("Hint: The same command with --resume goes on from there");
    const names = await readdir(join(folder, "stopped"));
    expect(names).toEqual(expect.arrayContaining([checkpoint, "conv-2.png", "run.json"]));
    const { code, err } = await runCli(folder, [...command, "--out", "stopped", "--resume"]);
    expect(code).toBe(0);
    const { stepsTaken } = JSON.parse(await readFile(join(folder, "whole", "run.json"), "utf8"));
    expect(stepsTaken).toBe(steps);
    expect(err).toMatch(/^Going on after step \d+\n/);
    expect(await resultOf("stopped")).toEqual(await resultOf("whole"));
  });
});

describe("--resume", () => {
  const short = ["maximize", "tiny.onnx", "conv:2", "--format", "none", "--threads", "1", "--out", "short"];
  const path = () => join(folder, "short", checkpoint);
  const stop = () =>
    runAndKill([...short, "--force", "--steps", "1000000", "--checkpoint", "10"], () => existsSync(path()));

  test("begins at the start where there is no checkpoint", async () => {
    const { code, err } = await runCli(folder, [...short, "--steps", "3", "--resume"]);
    expect(code).toBe(0);
    expect(err).toContain('No checkpoint is in "short": begins at step 0\n');
    expect(await readdir(join(folder, "short"))).not.toContain(checkpoint);
  });

  test.each([
    [
      "another number of steps with a schedule",
      ["--steps", "100", "--schedule", "linear"],
      `is of a run of 1000000 steps, not 100, and the schedule "linear" depends on their number`,
    ],
    ["another seed", ["--steps", "1000000", "--seed", "3"], `belongs to another run: its "seed" is 0, not 3`],
    [
      "another transform",
      ["--steps", "1000000", "--transform", "jitter"],
      'belongs to another run: its "transforms" is [',
    ],
    [
      "another start",
      ["--steps", "1000000", "--start", "ones"],
      `belongs to another run: its "pictures" is [{"target":"conv:2","start":null`,
    ],
  ])("refuses %s in one sentence", async (_, flags, message) => {
    await stop();
    const { code, out, err } = await runCli(folder, [...short, ...flags, "--resume"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`Error: The checkpoint ${message}`);
    expect(err).toContain("\nHint: Give the same ");
  });

  test("of a finished run says so, and writes nothing", async () => {
    const done = [...short, "--steps", "3", "--out", "done"];
    expect(await runCli(folder, done)).toMatchObject({ code: 0 });
    const before = statSync(join(folder, "done", "run.json")).mtimeMs;
    expect(await runCli(folder, [...done, "--resume"])).toMatchObject({
      code: 0,
      out: '"done" already holds this run, finished: nothing is written (without --resume it is made again)\n',
    });
    expect(statSync(join(folder, "done", "run.json")).mtimeMs).toBe(before);
    const other = [...done, "--steps", "4", "--resume"];
    expect(await runCli(folder, other)).toMatchObject({
      code: 2,
      err: expect.stringContaining('"done" holds another'),
    });
    const { err } = await runCli(folder, [...other, "--force"]);
    expect(err).toContain('No checkpoint is in "done": begins at step 0');
  });

  test("alone asks for the command", async () => {
    expect(await runCli(folder, ["maximize", "--resume"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Hint: Give the command's model, targets and flags again"),
    });
  });

  test("refuses a damaged checkpoint", async () => {
    await stop();
    await writeFile(path(), (await readFile(path())).subarray(0, -1));
    const { code, err } = await runCli(folder, [...short, "--steps", "1000000", "--resume"]);
    expect(code).toBe(1);
    expect(err).toBe(
      `Error: "${join("short", checkpoint)}" is not a whole checkpoint\nHint: Delete it to begin again\n`,
    );
  });

  test("without it a run begins again, and leaves neither checkpoint nor parts of one", async () => {
    await stop();
    await writeFile(join(folder, "short", `.${checkpoint}.123.tmp`), "part");
    expect(await runCli(folder, [...short, "--steps", "4", "--force"])).toMatchObject({ code: 0 });
    const names = await readdir(join(folder, "short"));
    expect(names.filter((name) => name.includes("checkpoint"))).toEqual([]);
  });
});
