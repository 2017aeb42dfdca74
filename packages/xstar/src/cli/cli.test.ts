import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { optimizers, overrides, parameterizations, schedules, type Tensor } from "@xstar/core";
import { decodeNpy } from "@xstar/results";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../runtime.js";
import { runCli } from "../testing/run-cli.js";
import { fast, folder, readRun, useFolder, xstar } from "../testing/cli-folder.js";

const models = fileURLToPath(new URL("../../../../../shared/models", import.meta.url));

useFolder();

describe("help", () => {
  test.each([["--help"], ["inspect", "--help"], ["maximize", "--help"]])("%s %s has examples", async (...args) => {
    const { code, out } = await xstar(args.filter(Boolean));
    expect(code).toBe(0);
    expect(out).toContain("Examples:\n  xstar ");
  });

  test("of maximize names every type that a flag takes, from its table", async () => {
    const { out } = await xstar(["maximize", "--help"]);
    const unwrapped = out.replace(/\s+/g, " ");
    for (const table of [optimizers, parameterizations, schedules, overrides])
      expect(unwrapped).toContain(Object.keys(table).join(", "));
    expect(out.split("\n").length).toBeLessThan(180);
  });

  test("the version is that of the package", async () => {
    expect((await xstar(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("xstar inspect", () => {
  test("lists inputs and layers", async () => {
    const { code, out } = await xstar(["inspect", "tiny.onnx"]);
    expect(code).toBe(0);
    expect(out).toContain("tiny.onnx: 48 parameters");
    expect(out).toContain("Input x: float32 [1, 1, 8, 8]");
    expect(out).toMatch(/^conv +Conv +\[N, units 4, 6, 6\] +made by Conv +yes$/m);
  });

  test("--json gives all of it", async () => {
    const { out } = await xstar(["inspect", "tiny.onnx", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ classes: { layer: "scores", count: 3 }, missingRules: [] });
  });
});

describe("xstar maximize", () => {
  test("raises the target and writes the pictures", async () => {
    const { code, out } = await xstar(["maximize", "tiny.onnx", "conv:2", "--recipe", "none", "--threads", "1"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "Written to out/tiny/conv-2: conv-2.npy, conv-2.png, conv-2.change.png, conv-2.webp, report.html, run.json",
    );
    const files = await readdir(join(folder, "out/tiny/conv-2"));
    const ownFiles = ["conv-2.change.png", "conv-2.npy", "conv-2.png", "conv-2.webp"];
    expect(files.toSorted()).toEqual([...ownFiles, "report.html", "run.json"]);
    const { ended, stepsTaken, pictures } = await readRun("out/tiny/conv-2");
    expect({ ended, stepsTaken }).toEqual({ ended: "steps", stepsTaken: 64 });
    const [{ activation, curve, top }] = pictures;
    expect(activation.end).toBeGreaterThan(activation.start + 1);
    expect(curve).toHaveLength(65);
    expect(top).toHaveLength(3);
    const picture = decodeNpy(await readFile(join(folder, "out/tiny/conv-2/conv-2.npy")));
    expect(picture).toMatchObject({ dtype: "float32", shape: [1, 8, 8] });
  });

  test("gives the same bytes for the same seed, and others for another", async () => {
    const run = (out: string, seed: string) =>
      xstar([
        "maximize",
        "tiny.onnx",
        "conv:1",
        ...fast,
        "--transform",
        "jitter:pixels=2",
        "--seed",
        seed,
        "--out",
        out,
      ]);
    await Promise.all([run("a", "5"), run("b", "5"), run("c", "6")]);
    const bytes = (out: string, ending: string) => readFile(join(folder, out, `conv-1.${ending}`));
    for (const ending of ["npy", "png", "change.png"]) {
      expect(await bytes("b", ending)).toEqual(await bytes("a", ending));
      expect(await bytes("c", ending)).not.toEqual(await bytes("a", ending));
    }
  });

  test("makes a batch of several targets, several starts, or both", async () => {
    const { out } = await xstar(["maximize", "tiny.onnx", "conv:0@1,2", "0.5*conv:1 - l2", ...fast, "--out", "batch"]);
    expect(out).toContain("8 files, shown in report.html");
    const { pictures } = await readRun("batch");
    expect(pictures.map((one: { target: string }) => one.target)).toEqual(["conv:0@1,2", "0.5*conv:1 - l2"]);

    await xstar(["maximize", "tiny.onnx", "scores:1", ...fast, "--start", "ones", "--start", "0.5", "--out", "starts"]);
    const names = (await readRun("starts")).pictures.flatMap((one: { files: string[] }) => one.files);
    expect(names).toContain("scores-1-from-ones.png");
    expect(names).toContain("scores-1-from-0.5.npy");
  });

  test("makes several different pictures of each target with --batch", async () => {
    const run = ["maximize", "tiny.onnx", "conv:1", "conv:2", "--batch", "2", "--steps", "3", "--out", "batches"];
    expect(await xstar(run)).toMatchObject({ code: 0 });
    const { pictures } = JSON.parse(await readFile(join(folder, "batches", "run.json"), "utf8")) as {
      pictures: { slug: string; sha256: string }[];
    };
    expect(pictures.map(({ slug }) => slug)).toEqual(["conv-1", "conv-1-2", "conv-2", "conv-2-2"]);
    expect(new Set(pictures.map(({ sha256 }) => sha256)).size).toBe(4);
    const many = await xstar(["maximize", "tiny.onnx", "conv:*", "--batch", "2"]);
    expect(many).toMatchObject({ code: 2, err: expect.stringContaining("--batch") });
  });

  test("goes on from a .npy file and from a picture", async () => {
    await xstar(["maximize", "tiny.onnx", "conv:3", ...fast, "--out", "first"]);
    const { pictures } = await readRun("first");
    await xstar(["maximize", "tiny.onnx", "conv:3", ...fast, "--start", "first/conv-3.npy", "--out", "second"]);
    expect((await readRun("second")).pictures[0].activation.start).toBeCloseTo(pictures[0].activation.end, 4);
    expect(await xstar(["maximize", "tiny.onnx", "conv:3", ...fast, "--start", "first/conv-3.png"])).toMatchObject({
      code: 0,
    });
  });

  test("keeps the picture in its range and takes optimizer and contract from flags", async () => {
    const flags = ["--range", "0,1", "--optimizer", "momentum", "--lr", "5", "--opt", "momentum=0.5", "--mean", "0.5"];
    await xstar(["maximize", "tiny.onnx", "conv:2", ...fast, ...flags, "--out", "range"]);
    const { ascent } = await readRun("range");
    expect(ascent).toMatchObject({
      optimizer: { type: "momentum", learningRate: 5, momentum: 0.5 },
      parameterization: { type: "pixel", range: [0, 1] },
      contract: { mean: [0.5], std: [1] },
    });
    const { data } = decodeNpy(await readFile(join(folder, "range", "conv-2.npy")));
    for (const value of data as Float32Array) expect(value >= 0 && value <= 1).toBe(true);
  });

  test("without a recipe is by the recipe auto, which flags change", async () => {
    await xstar(["maximize", "tiny.onnx", "conv:2", "--steps", "3", "--threads", "1", "--out", "auto"]);
    const { recipe, ascent } = await readRun("auto");
    expect(recipe).toMatchObject({ type: "auto" });
    expect(ascent).toMatchObject({ steps: 3, parameterization: { type: "fourier" }, optimizer: { type: "adam" } });
    expect(ascent.transforms).not.toEqual([]);
  });

  test("keeps the learning rate of the recipe for every parameterization, unless flags choose another", async () => {
    const rate = async (...flags: string[]) => {
      const args = ["maximize", "tiny.onnx", "conv:2", "--steps", "1", "--format", "none", "--threads", "1"];
      await xstar([...args, "--parameterization", "cppn:layers=2", ...flags, "--out", "cppn", "--force"]);
      return (await readRun("cppn")).ascent.optimizer.learningRate;
    };
    expect(await rate()).toBe(0.1);
    expect(await rate("--recipe", "lucid")).toBe(0.05);
    expect(await rate("--lr", "0.2")).toBe(0.2);
    expect(await rate("--optimizer", "adam:learningRate=0.2")).toBe(0.2);
  });

  test("exports the ascent as a model of its own that climbs the same curve from zeros", async () => {
    await xstar(["maximize", "tiny.onnx", "conv:2", ...fast, "--export", "--restarts", "8", "--out", "export"]);
    const { curve } = (await readRun("export")).pictures[0];
    const session = await nodeRuntime({ threads: 1 }).open(await readFile(join(folder, "export", "ascent.onnx")));
    expect(session.inputs.map(({ name }) => name).toSorted()).toEqual(["pixels", "step"]);
    let state: Record<string, Tensor> = {
      pixels: { dtype: "float32", shape: [1, 1, 8, 8], data: new Float32Array(64) },
      step: { dtype: "float32", shape: [], data: new Float32Array(1) },
    };
    for (const objective of curve) {
      const results = await session.run(state);
      expect((results["objective"]!.data as Float32Array)[0]).toBeCloseTo(objective, 5);
      state = { pixels: results["next.pixels"]!, step: results["next.step"]! };
    }
    await session.release();
  });
});

test("an exported ascent is told to stay asleep where only redirected gradients woke the target", async () => {
  const asleep = (...args: string[]) =>
    xstar(["maximize", "tiny.onnx", "relu:0", ...fast, "--start", "zeros", "--out", "asleep", ...args]);
  const sentence = "ascent.onnx has no redirected gradients";
  expect((await asleep("--export")).err).toContain(sentence);
  expect((await asleep()).err).not.toContain(sentence);
});

describe("Ctrl-C", () => {
  test("keeps what is done and ends with 130", async () => {
    const flags = ["--steps", "1000000", "--format", "none", "--threads", "1", "--out", "stopped"];
    const { code, out, err } = await runCli(folder, ["maximize", "tiny.onnx", "conv:2", ...flags], (child) => {
      child.stderr!.once("data", () => child.kill("SIGINT"));
    });
    expect(code).toBe(130);
    expect(out).toContain("Written to stopped");
    expect(err).toMatch(
      /Stopped after \d+ of 1000000 steps\nHint: The same command with --resume goes on from there\n$/,
    );
    const { ended, stepsTaken, pictures } = await readRun("stopped");
    expect(ended).toBe("aborted");
    expect(pictures[0].curve).toHaveLength(stepsTaken + 1);
    expect(await readdir(join(folder, "stopped"))).toContain("conv-2.png");
  });
});

const real = [
  ["mnist-8", "Plus214_Output_0:3"],
  ["cnn-explainer-tinyvgg", "logits:3"],
  ["cifar10-resnet20", "logits:2"],
  ["squeezenet-v1.1", "logits:130"],
] as const;

describe.skipIf(!existsSync(models))(`networks in ${models} (skipped where it is missing)`, () => {
  test.each(real)("%s %s is raised", { timeout: 120_000 }, async (name, target) => {
    const out = join(folder, name);
    const path = join(models, name, `${name}.onnx`);
    const { code } = await xstar(["maximize", path, target, "--steps", "12", "--format", "webp", "--out", out]);
    expect(code).toBe(0);
    const { activation } = (await readRun(name)).pictures[0];
    expect(activation.end).toBeGreaterThan(activation.start + 3);
    expect(await readdir(out)).toHaveLength(6);
  });
});
