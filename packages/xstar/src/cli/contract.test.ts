import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createOps, Graph, writeModel } from "@xstar/core";
import { decodeNpy, encodeNpy } from "@xstar/results";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { fast, folder, readRun, useFolder, xstar } from "../testing/cli-folder.js";

useFolder();

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
