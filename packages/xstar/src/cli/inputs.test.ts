import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeWav } from "@xstar/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Graph } from "../../../core/src/ir/graph.js";
import { createOps } from "../../../core/src/ir/ops/index.js";
import { writeModel } from "../../../core/src/onnx/write.js";
import { buildModel, publish, weights } from "../../../core/src/testing/models.js";
import type { maximizeMany } from "../api/maximize-many.js";
import { maximize } from "../api/maximize.js";
import { loadModel } from "../load.js";
import { readRecord } from "../record/read-record.js";
import { runCli } from "../testing/run-cli.js";

let folder: string;
const xstar = (args: readonly string[]) => runCli(folder, args);
const readRun = async (out: string) => JSON.parse(await readFile(join(folder, out, "run.json"), "utf8"));
const runInto = async (out: string, ...args: string[]) => {
  const steps = args.includes("--steps") ? [] : ["--steps", "4"];
  const outcome = await xstar(["maximize", ...args, ...steps, "--out", out]);
  expect(outcome.err.replaceAll(/^maximize.*$/gm, "").trim()).toBe("");
  expect(outcome.code).toBe(0);
  return { ...outcome, run: await readRun(out) };
};

const speech = () =>
  buildModel(
    (op, x) => {
      const [c] = op.emit("Conv", [x, weights(op, [4, 1, 9])], [{ dtype: "float32", shape: [1, 4, 392] }]);
      return { c: c!, y: op.reduceMean(op.relu(c!), [2]) };
    },
    { shape: [1, 1, 400], input: "samples" },
  );

function twoInputs(): Uint8Array {
  const graph = new Graph("two");
  const op = createOps(graph, "cpu", "test");
  const [x, z] = ["x", "z"].map((name) => graph.input(name, { dtype: "float32", shape: [1, 5] }));
  publish(graph, { y: op.tanh(op.add(op.matMul(x!, weights(op, [5, 3])), op.matMul(z!, weights(op, [5, 3], 2)))) });
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

function words(): Uint8Array {
  const graph = new Graph("words");
  const op = createOps(graph, "cpu", "test");
  const ids = graph.input("ids", { dtype: "int64", shape: [1, 3] });
  const [vectors] = op.emit("Gather", [weights(op, [8, 6]), ids], [{ dtype: "float32", shape: [1, 3, 6] }]);
  publish(graph, { vectors: vectors!, y: op.reduceMean(op.matMul(vectors!, weights(op, [6, 4], 2)), [1]) });
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-inputs-"));
  await writeFile(join(folder, "speech.onnx"), speech());
  await writeFile(join(folder, "speech.contract.json"), '{"kind": "audio", "rate": 8000}');
  await writeFile(join(folder, "two.onnx"), twoInputs());
  await writeFile(join(folder, "words.onnx"), words());
  await writeFile(join(folder, "vocab.txt"), "a\nb\nc\nd\ne\nf\ng\nh\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("inputs that are no pictures (needs a build)", () => {
  test("a sound is heard, seen, begun at, and made again", async () => {
    const { run, out } = await runInto("sound", "speech.onnx", "y:2");
    expect(run.ascent.holds).toEqual({ kind: "audio", time: 2, rate: 8000 });
    expect(run.pictures[0].files).toEqual(
      expect.arrayContaining(["y-2.wav", "y-2.png", "y-2.change.png", "y-2.spectrogram.png", "y-2.npy"]),
    );
    expect(out).not.toMatch(/picture/i);
    const { rate, channels } = decodeWav(await readFile(join(folder, "sound", "y-2.wav")));
    expect([rate, channels.length, channels[0]!.length]).toEqual([8000, 1, 400]);

    const again = await runInto("again", "--from", "sound/y-2.png");
    expect(again.out).toContain("bit for bit");
    const { run: on } = await runInto(
      "on",
      "speech.onnx",
      "y:2",
      "--start",
      "sound/y-2.wav",
      "--recipe",
      "none",
      "--steps",
      "0",
    );
    expect(on.pictures[0]).toMatchObject({ start: "sound/y-2.wav", sha256: run.pictures[0].sha256 });
  });

  test("a sound that does not fit says what was done to it", async () => {
    await writeFile(join(folder, "short.wav"), await readFile(join(folder, "sound", "y-2.wav")));
    const { err } = await xstar([
      "maximize",
      "speech.onnx",
      "y:1",
      "--start",
      "short.wav",
      "--rate",
      "16000",
      "--steps",
      "0",
    ]);
    expect(err).toContain("brought from 8000 to 16000 samples a second, cut to its first 400 of 800 samples");
    const refused = await xstar(["maximize", "two.onnx", "y:1", "--input", "z=0", "--start", "short.wav"]);
    expect(refused.err).toContain("which is no signal");
  });

  test("inputs are maximized, held, or drawn at random by the seed of the run", async () => {
    const { run } = await runInto(
      "drawn",
      "two.onnx",
      "y:1",
      "--input",
      "z=maximize",
      "--input",
      "x=normal",
      "--seed",
      "5",
    );
    expect(run.ascent.inputs).toEqual({ x: { drawn: "normal", seed: 5 } });
    expect((await runInto("drawn-again", "--from", "drawn/run.json")).out).toContain("bit for bit");
    const other = await runInto(
      "other",
      "two.onnx",
      "y:1",
      "--input",
      "z=maximize",
      "--input",
      "x=normal",
      "--seed",
      "6",
    );
    expect(other.run.pictures[0].activation.start).not.toBe(run.pictures[0].activation.start);
    const held = await runInto("held", "two.onnx", "y:1", "--input", "x=0,1,0,0,0");
    expect(held.run.ascent.inputs.x.values).toEqual([0, 1, 0, 0, 0]);
    expect(await readFile(join(folder, "drawn", "report.html"), "utf8")).toContain("drawn at random (normal, seed 5)");

    const missing = await xstar(["maximize", "two.onnx", "y:1", "--input", "z=maximize"]);
    expect(missing.err).toContain('Besides "z" the model needs "x"');
  });

  test("several are maximized together, and again from the record", async () => {
    const both = await runInto("both", "two.onnx", "y:1", "--input", "z=maximize", "--input", "x=maximize");
    expect(both.run.ascent.inputs).toEqual({ z: { maximized: true } });
    expect(both.run.pictures[0].files).toContain("y-1.z.npy");
    expect(await readFile(join(folder, "both", "report.html"), "utf8")).toContain("maximized together with it: values");
    expect((await runInto("both-again", "--from", "both/run.json")).out).toContain("bit for bit");
    const [first, again] = await Promise.all(
      ["both", "both-again"].map((name) => readFile(join(folder, name, "y-1.z.npy"))),
    );
    expect(again).toEqual(first);
  });

  test("tokens become vectors, and the nearest words are named", async () => {
    const { run, out } = await runInto("words", "words.onnx", "y:2", "--input", "ids=embed");
    expect(out).toMatch(/nearest tokens: [a-h] [a-h] [a-h]\n/);
    expect(run.pictures[0].tokens).toHaveLength(3);
    expect(run.pictures[0].tokens[0][0]).toMatchObject({
      index: expect.any(Number),
      word: expect.stringMatching(/^[a-h]$/),
    });
    const report = await readFile(join(folder, "words", "report.html"), "utf8");
    expect(report).toContain("The nearest real tokens");
    const refused = await xstar(["maximize", "two.onnx", "y:2", "--input", "x=embed"]);
    expect(refused.err).toContain("has no tokens whose vectors could be maximized");
    expect((await xstar(["inspect", "words.onnx"])).out).toContain("vectors in the place of 8 tokens");
  });

  test("tokens are named for each of many targets", async () => {
    const many = ["words.onnx", "y:*", "--steps", "4", "--jobs", "1", "--out", "many-words"];
    expect((await xstar(["maximize", ...many])).code).toBe(0);
    const { targets } = JSON.parse(await readFile(join(folder, "many-words", "manifest.json"), "utf8"));
    expect(targets).toHaveLength(4);
    for (const one of targets) expect(one.tokens).toMatch(/^[a-h] [a-h] [a-h]$/);
    const own = JSON.parse(await readFile(join(folder, "many-words", targets[0].record), "utf8"));
    expect(own.pictures[0].tokens.map(([first]: [{ word: string }]) => first.word).join(" ")).toBe(targets[0].tokens);
    const page = await readFile(join(folder, "many-words", "index.html"), "utf8");
    expect(page).toContain(targets[0].tokens);
    expect(page).toContain("the nearest real tokens");
  });

  test("many targets at once follow the recipe for what the input holds", async () => {
    const model = await loadModel(join(folder, "speech.onnx"));
    const built = (await import(new URL("../../dist/index.js", import.meta.url).href)) as {
      maximizeMany: typeof maximizeMany;
    };
    await built.maximizeMany(model, "y:0-1", { folder: join(folder, "many"), steps: 2, jobs: 1 });
    const { record } = await readRecord(join(folder, "many", "y-1.png"));
    expect(record.ascent).toMatchObject({ holds: { kind: "audio" }, parameterization: { type: "pyramid" } });
    expect((await stat(join(folder, "many", "y-1.wav"))).size).toBeGreaterThan(800);
  });

  test("images of the library are sounds where the model says how fast", async () => {
    const model = await loadModel(join(folder, "speech.onnx"));
    const { images } = await maximize(model, "y:1", { steps: 2 });
    await images[0]!.save(join(folder, "library.wav"));
    const { channels } = decodeWav(await readFile(join(folder, "library.wav")));
    expect(channels).toEqual([images[0]!.pixels.data]);
    expect(images[0]!.toRgba().width).toBeGreaterThan(300);
    const list = (await maximize(await loadModel(join(folder, "two.onnx")), "y:1", { steps: 1, inputs: { z: 1 } }))
      .images[0]!;
    expect(() => list.toWav()).toThrow(
      expect.objectContaining({ code: "bad-data", message: "A list of numbers is no sound" }),
    );
    await list.save(join(folder, "list.png"));
    expect((await stat(join(folder, "list.png"))).size).toBeGreaterThan(100);
    await expect(list.save(join(folder, "list.mp3"))).rejects.toMatchObject({ hint: expect.stringContaining(".wav") });
  });

  const long = fileURLToPath(new URL("../../../../../shared/reproducers/models/long-signal.onnx", import.meta.url));
  test.skipIf(!existsSync(long))("a signal of 20000 samples has its report", async () => {
    const { run } = await runInto("long", long, "y:1");
    expect(run.ascent.holds).toEqual({ kind: "series", time: 1 });
    expect(await readFile(join(folder, "long", "report.html"), "utf8")).toContain("Change since the start");
  });
});
