import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { neuron } from "@xstar/core";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { tinyModel } from "../../../../results/src/testing/tiny-model.js";
import type { ManyOptions } from "./make-many.js";
import {
  ascent,
  contents,
  counting,
  doneIn,
  folder,
  model,
  run,
  targetsOf,
  useModel,
} from "../../testing/many-runs.js";

useModel();

describe("a folder with many targets", () => {
  test("are done once: the same call again does nothing, and makes only what is gone", async () => {
    await run("a");
    const before = await contents("a");
    const again = counting();
    expect(await run("a", { openBatchRunner: again.openBatchRunner })).toMatchObject({ made: 0, skipped: 7 });
    expect(again.maximized).toEqual([]);
    await rm(join(folder, "a", "conv-1.png"));
    expect(await run("a", { openBatchRunner: again.openBatchRunner })).toMatchObject({ made: 1, skipped: 6 });
    expect(again.maximized).toEqual(["conv:1"]);
    expect(await contents("a")).toEqual(before);
  });

  test("join those that are there already, each once", async () => {
    await run("a", {}, {}, targetsOf("conv", [2]));
    const { manifest, made, skipped } = await run("a", {}, {}, targetsOf("conv", [1, 2, 1]));
    expect({ made, skipped }).toEqual({ made: 1, skipped: 1 });
    expect(manifest.targets.map(({ target, status }) => [target, status])).toEqual([
      ["conv:2", "done"],
      ["conv:1", "done"],
    ]);
  });

  test("do not ask for those that another call left", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const stopped = run("a", { batch: 1, jobs: 1, signal: stop.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    const { made, manifest } = await run("a", {}, {}, targetsOf("scores", [1]));
    expect(made).toBe(1);
    expect(manifest.targets.filter(({ status }) => status === "done").map(({ target }) => target)).toContain(
      "scores:1",
    );
    expect(manifest.targets.map(({ status }) => status)).toContain("waiting");
  });

  test("refuse a folder in which a target is another objective", async () => {
    await run("a", {}, {}, targetsOf("conv", [0, 1]));
    const [third] = targetsOf("conv", [2]);
    await expect(run("a", {}, {}, [{ ...third!, name: "conv:1" }])).rejects.toMatchObject({
      code: "bad-argument",
      message: `"${join(folder, "a")}" holds pictures that were made with another "objective of conv:1"`,
    });
  });

  test("never write over the files of another target", async () => {
    await run("a", {}, {}, targetsOf("conv", [1]));
    const centre = { name: "conv:1@", slug: "conv-1", objective: neuron({ layer: "conv", channel: 1 }) };
    await expect(run("a", {}, {}, [centre])).rejects.toMatchObject({
      code: "bad-argument",
      message: `"${join(folder, "a")}" holds "conv:1" under the name that "conv:1@" has`,
    });
  });

  test("refuse a folder of another model, and a manifest that is none", async () => {
    await run("a", {}, {}, targetsOf("conv", [0]));
    const bytes = tinyModel();
    const { path } = model;
    await writeFile(path!, Uint8Array.of(...bytes, 0x22, 0));
    await expect(run("a")).rejects.toMatchObject({ message: expect.stringContaining('another "model"') });
    await writeFile(join(folder, "a", "manifest.json"), "[]");
    await expect(run("a")).rejects.toMatchObject({ code: "bad-data" });
  });

  test("keep what is done when they are stopped, and go on from there", async () => {
    await run("whole", { batch: 2, jobs: 1 });
    const stop = new AbortController();
    const onProgress: ManyOptions["onProgress"] = ({ finished }) => {
      if (finished === 4) stop.abort();
    };
    await expect(run("a", { batch: 2, jobs: 1, signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: "aborted",
      message: `Stopped with 4 of 7 pictures in "${join(folder, "a")}"`,
      hint: "The same command goes on from there",
    });
    expect(await doneIn("a")).toHaveLength(4);
    expect(existsSync(join(folder, "a", "sheet.png"))).toBe(true);
    const again = counting();
    expect(await run("a", { jobs: 1, openBatchRunner: again.openBatchRunner })).toMatchObject({ made: 3, skipped: 4 });
    expect(again.maximized).toEqual(["scores:0", "scores:1", "scores:2"]);
    expect(await contents("a")).toEqual(await contents("whole"));
  });
});

const built = new URL("../../../dist/run/many/make-many.js", import.meta.url);

describe.skipIf(!existsSync(built))("a run that is killed (needs a build)", () => {
  const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));
  const layers = [
    ...targetsOf("conv", [0, 1, 2, 3]),
    ...targetsOf("relu", [0, 1, 2, 3]),
    ...targetsOf("pooled", [0, 1, 2, 3]),
  ];

  /** A program that makes the pictures in two threads; it is killed once `kill` of them are there. */
  function program(out: string, kill = Infinity): Promise<string | null> {
    const script = `
      import { loadModel } from ${JSON.stringify(`${dist}load.js`)};
      import { makeMany } from ${JSON.stringify(`${dist}run/many/make-many.js`)};
      const [path, folder, targets, ascent] = process.argv.slice(1);
      const onProgress = ({ finished }) => process.stdout.write(finished + "\\n");
      const options = { folder, jobs: 2, batch: 2, onProgress };
      await makeMany(await loadModel(path), JSON.parse(targets), JSON.parse(ascent), options);`;
    const given = [model.path!, join(folder, out), JSON.stringify(layers), JSON.stringify({ ...ascent, steps: 800 })];
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, ...given], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let err = "";
      child.stderr.on("data", (chunk) => (err += chunk));
      child.stdout.on("data", (chunk) => {
        if (Math.max(...String(chunk).trim().split("\n").map(Number)) >= kill) child.kill("SIGKILL");
      });
      child.on("error", reject);
      child.on("close", (code, signal) => (code === 0 || signal ? resolve(signal) : reject(new Error(err))));
    });
  }

  test("loses nothing and does nothing twice: it ends with the same bytes as one that is not", async () => {
    expect(await program("whole")).toBe(null);
    expect(await program("killed", 4)).toBe("SIGKILL");
    const done = await doneIn("killed");
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(done.length).toBeLessThan(layers.length);
    const times = () => Promise.all(done.map(async ({ file }) => (await stat(join(folder, "killed", file))).mtimeMs));
    const before = await times();
    await writeFile(join(folder, "killed", ".conv-0.png.00000000-0000-0000-0000-000000000000.tmp"), "half");

    expect(await program("killed")).toBe(null);
    expect(await times()).toEqual(before);
    expect(await contents("killed")).toEqual(await contents("whole"));
    const { width, height } = decode(await readFile(join(folder, "killed", "sheet.png")));
    expect(Math.min(width, height)).toBeGreaterThan(100);
  }, 180_000);
});
