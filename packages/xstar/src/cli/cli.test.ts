import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createOps,
  Graph,
  optimizers,
  overrides,
  parameterizations,
  schedules,
  standard,
  type Tensor,
  writeModel,
} from "@xstar/core";
import { decodeNpy, encodeNpy } from "@xstar/results";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeRuntime } from "../runtime.js";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

const models = fileURLToPath(new URL("../../../../../shared/models", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-cli-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  const vector = new Graph("vector");
  vector.output(createOps(vector).relu(vector.input("x", { dtype: "float32", shape: [1, 2] })));
  await writeFile(join(folder, "vector.onnx"), writeModel(vector, { opsets: new Map([["", 20]]) }));
  await writeFile(join(folder, "notes.txt"), "this is no model, only words");
});
afterAll(() => rm(folder, { recursive: true }));

const xstar = (args: readonly string[]) => runCli(folder, args);

const readRun = async (path: string) => JSON.parse(await readFile(join(folder, path, "run.json"), "utf8"));
const fast = ["--recipe", "none", "--steps", "6", "--format", "none", "--threads", "1"];

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
    expect(out.split("\n").length).toBeLessThan(170);
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

describe("the input contract", () => {
  const grays = (level: number) =>
    sharp({ create: { width: 40, height: 20, channels: 3, background: { r: level, g: level, b: level } } });
  const inspectJson = async (...args: string[]) => JSON.parse((await xstar(["inspect", ...args, "--json"])).out);

  test("is explained, and flags come before what is guessed", async () => {
    const { out } = await xstar(["inspect", "tiny.onnx"]);
    expect(out).toContain("How a picture of values from 0 to 1 becomes x:");
    expect(out).toContain("  layout NCHW: the first Conv reads one channel from the second axis\n");
    expect(out).toMatch(/  range 0 to 1 \(mean 0; std 1\): nothing in the file tells.* \(a guess\)\n/);
    const { contract } = await inspectJson("tiny.onnx", "--input-range=-1,1");
    expect(contract.contract).toEqual({ mean: [0.5], std: [0.5], layout: "NCHW", order: "gray" });
    expect(contract.because[0]).toEqual({ field: "range", why: "a flag says so", sure: true });
  });

  test("--try shows the five likeliest classes, which depend on it", async () => {
    await grays(200).toFile(join(folder, "light.png"));
    const { out } = await xstar(["inspect", "tiny.onnx", "--try", "light.png"]);
    expect(out).toMatch(/The likeliest classes of light\.png:\nprobability +class +label\n +[\d.]+ % +\d/);
    expect(out).toContain("The value range is only a guess");
    expect(out).toMatch(/^--input-range -1,1 +[\d.]+ % +\d/m);
    const known = await xstar(["inspect", "tiny.onnx", "--try", "light.png", "--input-range", "-1,1"]);
    expect(known.out).not.toContain("only a guess");
    const probability = async (...flags: string[]) => {
      const { top } = (await inspectJson("tiny.onnx", "--try", "light.png", ...flags)).try;
      expect(top).toHaveLength(3);
      return top[0].probability;
    };
    expect(await probability("--mean", "0.5")).not.toBeCloseTo(await probability("--mean", "0"), 2);
  });

  test("of a model in NHWC is found, used by --try, and the picture of maximize is written as one", async () => {
    const graph = new Graph("nhwc");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 6, 6, 3] });
    const scores = op.reduceMean(op.transpose(op.div(x, 255), [0, 3, 1, 2]), [2, 3]);
    scores.name = "scores";
    graph.output(scores);
    await writeFile(join(folder, "nhwc.onnx"), writeModel(graph, { opsets: new Map([["", 20]]) }));
    await writeFile(join(folder, "nhwc.contract.json"), '{"labels": ["red", "green", "blue"]}');
    await sharp({ create: { width: 9, height: 9, channels: 3, background: { r: 0, g: 255, b: 51 } } })
      .png()
      .toFile(join(folder, "green.png"));
    const { try: tried, contract } = await inspectJson("nhwc.onnx", "--try", "green.png");
    expect(contract.contract).toMatchObject({ layout: "NHWC", order: "RGB", std: [1 / 255] });
    const [e, small] = [Math.E, Math.exp(0.2)];
    expect(tried.top[0]).toMatchObject({ label: "green", probability: expect.closeTo(e / (e + small + 1), 4) });

    await xstar(["maximize", "nhwc.onnx", "logit:2", ...fast, "--out", "nhwc", "--order", "BGR"]);
    const { ascent, pictures } = await readRun("nhwc");
    expect(ascent).toMatchObject({ shape: [1, 3, 6, 6], contract: { layout: "NHWC", order: "BGR" } });
    expect(pictures[0].files).toContain("logit-2.png");
    const { shape } = decodeNpy(await readFile(join(folder, "nhwc", "logit-2.npy")));
    expect(shape).toEqual([3, 6, 6]);
  });

  test("other inputs come from --input, and class scores from --logits", async () => {
    const graph = new Graph("two");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 2] });
    const z = graph.input("z", { dtype: "float32", shape: [1, 2] });
    const [first, second] = [op.add(x, z), op.sub(x, z)];
    first.name = "first";
    second.name = "second";
    for (const value of [first, second]) graph.output(value);
    await writeFile(join(folder, "two.onnx"), writeModel(graph, { opsets: new Map([["", 20]]) }));
    const z12 = encodeNpy({ dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) });
    await writeFile(join(folder, "z.npy"), z12);

    const missing = await xstar(["maximize", "two.onnx", "logit:1", ...fast]);
    expect(missing).toMatchObject({ code: 2, out: "" });
    expect(missing.err).toMatch(/^Error: Besides "x" the model needs "z"\nHint: .*--input z=0/);
    const start = async (...flags: string[]) => {
      const { code } = await xstar([
        "maximize",
        "two.onnx",
        "logit:1",
        ...fast,
        "--force",
        "--start",
        "zeros",
        "--out",
        "two",
        ...flags,
      ]);
      expect(code).toBe(0);
      return (await readRun("two")).pictures[0].activation.start;
    };
    expect(await start("--input", "z=5")).toBe(5);
    expect(await start("--input", "z=z.npy", "--logits", "second")).toBe(-2);
    expect((await readRun("two")).ascent).toMatchObject({ inputs: { z: { shape: [1, 2] } }, logits: "second" });
    expect((await inspectJson("two.onnx", "--input", "x=1")).picture).toBe("z");
    expect((await inspectJson("two.onnx", "--logits", "second")).classes).toEqual({ layer: "second", count: 2 });
  });
});

describe("xstar maximize", () => {
  test("raises the target and writes the pictures", async () => {
    const { code, out } = await xstar(["maximize", "tiny.onnx", "conv:2", "--recipe", "none", "--threads", "1"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "Written to out/tiny/conv-2: conv-2.npy, conv-2.png, conv-2.change.png, conv-2.gif, report.html, run.json",
    );
    const files = await readdir(join(folder, "out/tiny/conv-2"));
    const ownFiles = ["conv-2.change.png", "conv-2.gif", "conv-2.npy", "conv-2.png"];
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

describe("a mistake is one sentence and an exit code", () => {
  const target = ["maximize", "tiny.onnx", "conv:2", "--recipe", "none"];
  test.each([
    [2, ["maximize", "tiny.onnx", "conw:2"], 'The model has no layer "conw"', 'Did you mean "conv"'],
    [2, ["maximize", "tiny.onnx", "conv:99"], "99 is out of range: there are 4 channels", ""],
    [
      2,
      ["maximize", "tiny.onnx", "conv:"],
      'Expected a channel number at the end of the target "conv:"',
      "A target is",
    ],
    [1, ["inspect", "missing.onnx"], 'Cannot read "missing.onnx": it does not exist', ""],
    [1, ["inspect", "notes.txt"], 'The file is not a readable ONNX model (in "notes.txt")', "Check that the path"],
    [1, ["inspect", "."], 'The folder holds no model that xstar can read (in ".")', ""],
    [2, ["maximize", "tiny.onnx", "conv:0-3 - tv"], "The range 0-3 cannot stand in a sum", '"0 - 3"'],
    [
      2,
      ["maximize", "tiny.onnx", "conv:1@5"],
      'A place of layer "conv", which has height and width, needs two',
      "@Y,X",
    ],
    [2, ["maximize", "tiny.onnx", "scores:1@2,2"], 'Layer "scores" has no places', "Leave out what follows the @"],
    [2, ["maximize", "tiny.onnx", "-conv:1 + tv"], "Unknown option '-conv:1 + tv'", 'write "0 - conv:1 + tv"'],
    ...["tv", "2*tv", "boundary:width=3"].map((penalty): [number, string[], string, string] => [
      2,
      [...target, "--penalty", penalty],
      `"--penalty" must be a name and its weight: current value is ${penalty}`,
      "as tv=0.01",
    ]),
    [2, [...target, "--penalty", "foo=3"], 'There is no penalty of type "foo"', 'Did you mean "'],
    [2, [...target, "--steps", "many"], '"--steps" must be a whole number of at least 0', ""],
    [2, [...target, "--lr", "-1"], '"--lr" must be a number of at least 0', ""],
    [2, [...target, "--opt", "speed=2"], '"normalized" has no parameter "speed"', "Did you mean"],
    [2, [...target, "--optimizer", "adamm"], 'There is no optimizer of type "adamm"', 'Did you mean "adam"'],
    [2, [...target, "--transform", "jitter:pixels=x"], '"pixels" must be a whole number', ""],
    [2, [...target, "--range", "1,0"], '"range" must be two numbers', ""],
    [2, [...target, "--layout", "HWC"], '"--layout" must be "NCHW" or "NHWC"', ""],
    [2, [...target, "--input-range", "0,255", "--mean", "1"], '"--input-range" says the same as', ""],
    [2, [...target, "--input-range", "3"], '"--input-range" must be low,high: current value is 3', ""],
    [2, [...target, "--input", "q=3"], '"--input" must be the name of an input and what it holds', 'The model has "x"'],
    [2, [...target, "--input", "x=3"], "Every floating-point input is given, so none is left to ascend", ""],
    [2, [...target, "--order", "BGR"], 'The order "BGR" needs an input of 3 channels: it has 1', ""],
    [2, [...target, "--size", "9,9"], 'Input "x" is always 8 high and 8 wide: it cannot be 9 x 9', ""],
    [2, [...target, "--recipe", "lucyd"], 'There is no recipe of type "lucyd"', 'Did you mean "lucid"'],
    [2, [...target, "--recipe", "lucid:steps=x"], '"steps" must be a whole number of at least 0', ""],
    [2, [...target, "--recipe", "caricature"], '"caricature" needs its parameter "image"', ""],
    [2, [...target, "--schedule", "cosin"], 'There is no schedule of type "cosin"', 'Did you mean "cosine"'],
    [2, [...target, "--schedule", "linear:x=1"], '"linear" has no parameter "x"', ""],
    [2, [...target, "--schedule", ""], 'There is no schedule of type ""', ""],
    [2, [...target, "--clip", "-1"], '"--clip" must be a number of at least 0', ""],
    [2, [...target, "--keep", "first"], '"--keep" must be "last" or "best"', ""],
    [2, [...target, "--patience", "0"], '"--patience" must be a whole number of at least 1', ""],
    [2, [...target, "--redirect-steps", "0.5"], '"--redirect-steps" must be a whole number of at least 0', ""],
    [2, [...target, "--second", "net.onnx"], '"--second" must be a name and its file, name=file', ""],
    [1, [...target, "--second", "a=none.onnx"], 'Cannot read "none.onnx": it does not exist', ""],
    [1, [...target, "--use", "./none.js"], 'There is no module "./none.js"', "path of a JavaScript file"],
    [1, [...target, "--second", "a=notes.txt"], 'The file is not a readable ONNX model (in "notes.txt")', ""],
    [2, ["maximize", "tiny.onnx", "two::conv:1", "--second", "to=tiny.onnx"], 'There is no model "two"', 'mean "to"'],
    [2, [...target, "--generator", "=x"], '"--generator" must be a name and its file', ""],
    [1, [...target, "--generator", "a=none.onnx"], 'Cannot read "none.onnx": it does not exist', ""],
    [2, [...target, "--parameterization", "generator:model=g"], 'There is no generator "g"', ""],
    [2, [...target, "--image", "photo.png"], '"--image" must be a name and its file', ""],
    [1, [...target, "--image", "a=none.png"], 'Cannot read "none.png": it does not exist', ""],
    [1, [...target, "--image", "a=notes.txt"], '"notes.txt" is no picture', ""],
    [2, [...target, "--picture-size", "0"], '"--picture-size" must be a whole number from 1', ""],
    [2, [...target, "--picture-size", "1,2,3"], '"--picture-size" must be a side, or height,width', ""],
    [2, ["maximize", "vector.onnx", "logit:1", "--picture-size", "9"], "A picture of shape [1,2] has no height", ""],
    [2, [...target, "--param", "decay=2"], '"pixel" has no parameter "decay"', "Did you mean"],
    [2, [...target, "--param", "range"], '"range" must be two numbers, low,high', ""],
    [2, [...target, "--checkpoint", "0"], '"--checkpoint" must be a whole number of at least 1', ""],
    [2, [...target, "--jobs", "0"], '"--jobs" must be a whole number', ""],
    [2, ["maximize", "tiny.onnx", '{"type":'], 'The target {"type": is no JSON', "Write it as"],
    [2, ["maximize", "tiny.onnx", '{"type":"chanel"}'], 'There is no objective of type "chanel"', "Did you mean"],
    [2, ["list", "objektives"], 'There is no kind "objektives" to list', 'Did you mean "objectives"'],
    [2, [...target, "--logits", "scors"], 'The model has no output "scors"', 'Did you mean "scores"'],
    [
      2,
      ["inspect", "vector.onnx", "--try", "none.png"],
      '"--try" needs a model of pictures: its input of shape [1,2]',
      "",
    ],
    [1, ["inspect", "tiny.onnx", "--try", "notes.txt"], '"notes.txt" is no picture', ""],
    [2, [...target, "--start", "twos"], '"twos" is no start', "Give one of ones"],
    [1, [...target, "--start", "none.png"], 'Cannot read "none.png": it does not exist', ""],
    [2, [...target, "--stepz", "3"], "Unknown option '--stepz'", "Did you mean --steps?"],
    [2, ["maximise", "a", "b"], "Unknown command 'maximise'", "Did you mean maximize?"],
    [2, ["maximize", "tiny.onnx"], "Missing required argument 'targets'", "--help"],
    [2, ["maximize"], "Missing required argument 'model'", "--help"],
    [1, [...target, "--out", "notes.txt/x"], 'Cannot write "notes.txt/x": a part of its path is a file', ""],
  ])("%d: %j", async (code, args, message, hint) => {
    const outcome = await xstar(args);
    expect(outcome).toMatchObject({ code, out: "" });
    const lines = outcome.err
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("maximize "));
    expect(lines[0]).toContain(`Error: ${message}`);
    expect(lines.slice(1).every((line) => line.startsWith("Hint: "))).toBe(true);
    if (hint) expect(lines[1]).toContain(hint);
  });

  test("only penalties are suggested for --penalty", async () => {
    const { err } = await xstar([...target, "--penalty", "foo=3"]);
    const suggested = [...err.split("Hint: ")[1]!.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(suggested.length).toBeGreaterThan(0);
    expect(suggested.filter((name) => !standard.objective[name!]?.isPenalty)).toEqual([]);
  });

  test("a slope that is not finite at the start is no matter of the learning rate", async () => {
    const { code, err } = await xstar([
      "maximize",
      "tiny.onnx",
      "tv^0.5",
      ...fast,
      "--start",
      "zeros",
      "--out",
      "steep",
    ]);
    expect(code).toBe(1);
    expect(err).toContain("Hint: The objective's slope is not finite there");
  });

  test("--debug adds the stack", async () => {
    expect((await xstar(["inspect", "missing.onnx", "--debug"])).err).toMatch(/\n +at /);
  });

  test("leaves no folder behind", async () => {
    await xstar(["maximize", "tiny.onnx", "conv:99", "--out", "nothing"]);
    expect(existsSync(join(folder, "nothing"))).toBe(false);
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
