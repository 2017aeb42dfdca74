import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, tensor, writeModel } from "@xstar/core";
import { encodeWav, type ExamplesFile } from "@xstar/results";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "./main.js";

const length = 256;

/** A network of sound that adds up what rises from sample to sample: rises [1, 1, 255]. */
function riseFinder(): Uint8Array {
  const graph = new Graph("rises");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, length] });
  const rises = op.conv(x, op.constant(tensor("float32", [-1, 1], [1, 1, 2])));
  const y = op.reduceSum(op.relu(rises), [2]);
  rises.name = graph.uniqueName("rises");
  y.name = graph.uniqueName("y");
  graph.output(y);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

const tone = (cycles: number, rate: number, samples = length) =>
  encodeWav({
    rate,
    channels: [Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * cycles * i) / samples))],
  });

let folder: string;
const sounds = () => join(folder, "sounds");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-sounds-"));
  await writeFile(join(folder, "net.onnx"), riseFinder());
  await mkdir(join(sounds(), "more"), { recursive: true });
  await writeFile(join(sounds(), "slow.wav"), tone(2, 8000));
  await writeFile(join(sounds(), "fast.WAV"), tone(16, 8000));
  // at twice the rate, so that the network hears half as many samples
  await writeFile(join(sounds(), "more", "middle.wav"), tone(8, 16000, 2 * length));
  await writeFile(join(sounds(), "damaged.wav"), "no sound");
  await writeFile(join(sounds(), "photo.png"), "no sound");
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function xstar(...args: readonly string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean(out.push(String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean(err.push(String(text))));
  const [command, ...rest] = args;
  const code = await main([command!, join(folder, "net.onnx"), ...rest, "--rate", "8000", "--threads", "1"]);
  return { code, out: out.join(""), err: err.join("") };
}

describe("a folder of sounds", () => {
  test("is a data set for xstar examples, drawn as curves", async () => {
    const out = join(folder, "out");
    const found = await xstar("examples", "y:0", "--dataset", sounds(), "--top", "2", "--out", out);
    expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/Warning: 1 sound was skipped: .*damaged.wav/) });
    const { targets, pictures, images }: ExamplesFile = JSON.parse(await readFile(join(out, "examples.json"), "utf8"));
    expect(pictures).toEqual(["fast.WAV", join("more", "middle.wav"), "slow.wav"]);
    expect(images).toMatchObject({ count: 4, size: null });
    // 1 for every cycle
    expect(targets[0]!.activations).toEqual([16, 8, 2].map((cycles) => expect.closeTo(cycles, 0)));
    expect(targets[0]!.most.map(({ name }) => name)).toEqual(["fast.WAV", join("more", "middle.wav")]);
    const page = await readFile(join(out, "examples.html"), "utf8");
    expect(page).toMatch(/<img/);
    expect(page).toContain("Sounds that excite targets");
  });

  test("is what xstar maximize compares its sound with", async () => {
    const out = join(folder, "maximized");
    const run = await xstar("maximize", "y:0", "--dataset", sounds(), "--steps", "8", "--out", out);
    expect(run.code).toBe(0);
    const page = await readFile(join(out, "report.html"), "utf8");
    for (const words of ["fast.WAV", "Real sounds that excite it most", "of 3 sounds in"])
      expect(page).toContain(words);
    expect(page.replaceAll(/<[^>]*>/g, " ")).not.toMatch(/photograph/i);
  });

  test("is missed by its kind where there is none", async () => {
    await mkdir(join(folder, "empty"));
    const { code, err } = await xstar(
      "examples",
      "y:0",
      "--dataset",
      join(folder, "empty"),
      "--out",
      join(folder, "no"),
    );
    expect(code).toBe(1);
    expect(err).toMatch(/There is no sound in .*\n.*\.wav files/);
  });
});
