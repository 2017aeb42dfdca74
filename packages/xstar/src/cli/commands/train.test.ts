import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, describe, test } from "vitest";
import { writeBands } from "../../testing/idx-folder.js";

const program = fileURLToPath(new URL("../../../bin/xstar.js", import.meta.url));
const isBuilt = existsSync(new URL("../../../dist/cli/main.js", import.meta.url));
let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-cli-train-"));
  data = await writeBands();
});
afterAll(async () => {
  for (const path of [folder, data]) await rm(path, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program; once it says that it trains, Ctrl-C comes after each of `interrupts` milliseconds. */
function xstar(args: readonly string[], interrupts: readonly number[] = []): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { PATH: process.env["PATH"] } });
    let [out, err] = ["", ""];
    let left = [...interrupts];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => {
      err += chunk;
      if (!/loss/.test(err)) return;
      for (const after of left) setTimeout(() => child.kill("SIGINT"), after);
      left = [];
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
}

describe.skipIf(!isBuilt)("xstar train", () => {
  test("trains on a folder, and takes the same network from the cache", async () => {
    const args = ["train", "--data", data, "--set", "", "--first-label", "0", "--out", "bands.onnx"];
    const first = await xstar(args);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/trained in \d+ s\nbands.onnx\n$/) });
    expect((await xstar(args)).out).toContain("taken from the cache");
  }, 60_000);

  // a step on 2048 pictures takes so long that the second Ctrl-C comes while it is under way
  const slow = ["train", "--batch", "2048", "--epochs", "50", "--threads", "1"];

  test("ends at once on a second Ctrl-C, without the words of a crash", async () => {
    const { code, signal, err } = await xstar([...slow, "--data", data], [0, 400]);
    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
    expect(err.split("\n").at(-2)).toBe(
      "Stopping after this step and keeping what is done; Ctrl-C again quits at once",
    );
  }, 60_000);

  test("takes a Ctrl-C that comes twice for one", async () => {
    const cache = join(folder, "stopped");
    const { code, err } = await xstar([...slow, "--data", data, "--cache", cache, "--seed", "1"], [0, 100]);
    expect(code).toBe(130);
    expect(err).toMatch(/Stopped before the end; .*\nHint: The same command goes on from the checkpoint\n$/);
    expect((await readdir(cache)).map((name) => name.split(".").at(-1))).toEqual(["checkpoint"]);
  }, 60_000);

  test("looks at the paths before the work", async () => {
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "folder"));
    for (const [args, message] of [
      [["--out", "file/x.onnx"], 'Error: Cannot write "file": a part of its path is a file, not a folder\n'],
      [["--out", "folder"], 'Error: Cannot write "folder": it is a folder\n'],
      [["--cache", "file"], 'Error: Cannot write "file": a part of its path is a file, not a folder\n'],
    ] as const) {
      // data that is not there would be the next thing that is wrong
      expect(await xstar(["train", "--data", "nowhere", ...args])).toMatchObject({ code: 1, err: message });
    }
    expect(await xstar(["article", "--cache", "file"])).toMatchObject({
      code: 1,
      err: 'Error: Cannot write "file": a part of its path is a file, not a folder\n',
    });
  }, 60_000);

  test.each([
    ["--threads", "257", "from 1 to 256"],
    ["--batch", "4097", "from 1 to 4096"],
    ["--epochs", "10001", "from 1 to 10000"],
    ["--seed", "9007199254740993", "from 0 to 9007199254740991"],
    ["--first-label", "256", "from 0 to 255"],
  ])("refuses %s %s", async (flag, value, range) => {
    const { code, err } = await xstar(["train", flag, value]);
    expect(code).toBe(2);
    expect(err).toBe(`Error: "${flag}" must be a whole number ${range}: current value is "${value}"\n`);
  });

  test("refuses a learning rate that trains nothing", async () => {
    expect(await xstar(["train", "--lr", "0"])).toMatchObject({
      code: 2,
      err: 'Error: "--lr" must be a number above 0: current value is "0"\n',
    });
  });

  test("explains data that is not there", async () => {
    expect(await xstar(["train", "--data", "nowhere"])).toMatchObject({
      code: 1,
      err: 'Error: Cannot read "nowhere": it does not exist\nHint: The data is mnist or a folder of IDX files\n',
    });
  });
});
