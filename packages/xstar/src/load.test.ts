import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  channel,
  compileAscent,
  constantNumbers,
  createOps,
  Graph,
  valueOf,
  vjp,
  writeModel,
  type LoadedModel,
} from "@xstar/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadModel } from "./load.js";
import { nodeRuntime } from "./runtime.js";
import { tinyModel } from "../../results/src/testing/tiny-model.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "xstar-load-")), "model");
  await mkdir(folder);
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const load = (name = "net.onnx") => loadModel(join(folder, name), { runtime: nodeRuntime({ threads: 1 }) });

describe("a model's file", () => {
  test("is read from a path, a URL or bytes", async () => {
    await put("net.onnx", tinyModel());
    const path = join(folder, "net.onnx");
    expect(await load()).toMatchObject({
      name: "net",
      path,
      labels: undefined,
      contractFile: undefined,
      contract: { mean: [0], std: [1], order: "gray" },
    });
    expect(await loadModel(pathToFileURL(path))).toMatchObject({ name: "net", path });
    expect(await loadModel(tinyModel())).toMatchObject({ name: "tiny", path: undefined });
  });

  test("is named in what is wrong with it", async () => {
    await put("net.onnx", "no model");
    await expect(load()).rejects.toMatchObject({ code: "bad-model", message: expect.stringContaining("net.onnx") });
    await expect(load("other.onnx")).rejects.toMatchObject({ code: "file-not-readable" });
  });
});

describe("what lies beside it", () => {
  beforeEach(() => put("net.onnx", tinyModel()));

  test("labels and the contract are read", async () => {
    await put("labels.txt", "cat\r\ndog\r\nowl\r\n");
    await put("model.contract.json", '{"mean": [0.5], "std": [0.25]}');
    expect(await load()).toMatchObject({ labels: ["cat", "dog", "owl"], contract: { mean: [0.5], std: [0.25] } });
    await put("net.contract.json", '{"mean": [0.1]}');
    expect(await load()).toMatchObject({ contract: { mean: [0.1], std: [1] } });
  });

  test("what a contract leaves out is guessed", async () => {
    await put("net.contract.json", '{"range": [0, 255], "logits": "scores"}');
    expect(await load()).toMatchObject({
      contract: { mean: [0], std: [1 / 255], layout: "NCHW", order: "gray" },
      contractFile: { path: join(folder, "net.contract.json"), logits: "scores" },
    });
    await put("net.contract.json", '{"layout": "NHWC", "order": "BGR"}');
    expect((await load()).contract).toEqual({ mean: [0], std: [1], layout: "NHWC", order: "BGR" });
  });

  test("a contract may hold the labels or name their file", async () => {
    await put("labels.txt", "one\ntwo");
    await put("names.txt", "uno\ndue\ntre\n");
    await put("net.contract.json", '{"labels": ["eins", "zwei"]}');
    expect((await load()).labels).toEqual(["eins", "zwei"]);
    await put("net.contract.json", '{"labels": "names.txt"}');
    expect((await load()).labels).toEqual(["uno", "due", "tre"]);
    await put("net.contract.json", '{"labels": "none.txt"}');
    await expect(load()).rejects.toMatchObject({ code: "file-not-readable" });
  });

  test("labels in the model's metadata serve where no file has them", async () => {
    const graph = new Graph("g");
    const op = createOps(graph);
    graph.output(op.relu(graph.input("x", { dtype: "float32", shape: [1, 2] })));
    const metadata = new Map([["names", "{0: 'cat', 1: 'dog'}"]]);
    await put("net.onnx", writeModel(graph, { opsets: new Map([["", 20]]), metadata }));
    expect((await load()).labels).toEqual(["cat", "dog"]);
  });

  test.each([
    ["{", "is not a JSON object"],
    ["[1]", "is not a JSON object"],
    ['{"means": [1]}', 'has the unknown field "means"'],
    ['{"mean": 1}', 'needs "mean" to be a list of numbers: current value is 1'],
    ['{"std": [0]}', 'needs "std" to be a list of numbers above 0: current value is [0]'],
    ['{"std": [-1]}', 'needs "std" to be a list of numbers above 0: current value is [-1]'],
    ['{"layout": "HWC"}', 'needs "layout" to be "NCHW" or "NHWC": current value is "HWC"'],
    ['{"order": "rgb"}', 'needs "order" to be "RGB", "BGR" or "gray": current value is "rgb"'],
    ['{"range": [1, 0]}', 'needs "range" to be two numbers [low, high]: current value is [1,0]'],
    ['{"range": [0, 255], "std": [1]}', 'has "range" beside "mean" or "std", which say the same: keep one of them'],
    ['{"logits": 3}', 'needs "logits" to be the name of an output: current value is 3'],
    [
      '{"labels": "../names.txt"}',
      'needs "labels" to be a list of names, or the name of a text file in the same folder: current value is "../names.txt"',
    ],
  ])("a contract of %s is refused", async (text, problem) => {
    await put("net.contract.json", text);
    await expect(load()).rejects.toMatchObject({
      code: "bad-data",
      message: `The input contract "${join(folder, "net.contract.json")}" ${problem}`,
    });
  });
});

describe("weights in another file", () => {
  /** y = x + w with w in a file. */
  const withWeightsIn = (location: string) => {
    const graph = new Graph("external");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 2] });
    const w = valueOf("w", { dtype: "float32", shape: [1, 2], source: { location, offset: 4, length: 8 } });
    const y = op.add(x, w);
    y.name = "y";
    graph.output(y);
    return writeModel(graph, { opsets: new Map([["", 20]]) });
  };
  const weights = new Uint8Array(new Float32Array([9, 1, 2]).buffer);
  const weightsOf = (model: LoadedModel) => constantNumbers(model.source.graph.nodes[0]!.inputs[1]);

  test("are read in parts that their constants then point to", async () => {
    const graph = new Graph("external");
    const op = createOps(graph);
    const shape = [1, 5000];
    const x = graph.input("x", { dtype: "float32", shape });
    const place = (offset: number) =>
      valueOf(`w${offset}`, { dtype: "float32", shape, source: { location: "w.bin", offset, length: 20_000 } });
    const y = op.add(op.add(x, place(1000)), place(30_000));
    y.name = "y";
    graph.output(y);
    const bytes = Float32Array.from({ length: 12_500 }, (_, i) => i);
    await put("net.onnx", writeModel(graph, { opsets: new Map([["", 20]]) }));
    await put("w.bin", new Uint8Array(bytes.buffer));
    const model = await load();
    expect(model.files.get("w.bin")!.byteLength).toBe(49_000);
    const run = await vjp(model, { shapes: new Map([["x", shape]]) });
    const zeros = { dtype: "float32", shape, data: new Float32Array(5000) } as const;
    const { output } = await run.run({ x: zeros }, zeros);
    await run.release();
    expect(Array.from((output.data as Float32Array).slice(0, 2))).toEqual([250 + 7500, 251 + 7501]);
  });

  test("are read from the model's folder", async () => {
    await put("net.onnx", withWeightsIn("w.bin"));
    await put("w.bin", weights);
    const model = await load();
    expect(weightsOf(model)).toEqual([1, 2]);
    const { graph } = await model.at(new Map([["x", [1, 2]]]));
    expect(graph.outputs[0]!.shape).toEqual([1, 2]);
  });

  test("are inside an exported ascent", async () => {
    await put("net.onnx", withWeightsIn("w.bin"));
    await put("w.bin", weights);
    const model = await load();
    const { step, start } = await compileAscent(model, channel({ layer: "y", channel: 1 }), { start: "zeros" });
    const session = await model.runtime.open(step.standalone(step.begin(start)));
    expect((await session.run(step.begin(start)))["objective"]!.data).toEqual(new Float32Array([2]));
    await session.release();
  });

  test("a missing or short file is told", async () => {
    await put("net.onnx", withWeightsIn("w.bin"));
    await expect(load()).rejects.toMatchObject({ code: "file-not-readable" });
    await put("w.bin", weights.subarray(0, 8));
    await expect(load()).rejects.toThrow('weight file "w.bin" is cut off: it has 8 bytes, but the model reads 12');
    await expect(loadModel(withWeightsIn("w.bin"))).rejects.toMatchObject({ code: "file-not-readable" });
  });

  test.each(["../w.bin", "/etc/hostname", "sub/../../w.bin"])("the place %s is refused", async (location) => {
    await writeFile(join(folder, "..", "w.bin"), weights);
    await put("net.onnx", withWeightsIn(location));
    await expect(load()).rejects.toMatchObject({
      code: "bad-model",
      message: expect.stringContaining(`names the weight file "${location}", which lies outside its folder`),
    });
  });

  test("a folder in the place of the file is said", async () => {
    await put("net.onnx", withWeightsIn("w.bin"));
    await mkdir(join(folder, "w.bin"));
    await expect(load()).rejects.toMatchObject({ code: "file-not-readable" });
  });

  test("a link that leads out of the folder is refused, one inside is followed", async () => {
    await writeFile(join(folder, "..", "secret.bin"), weights);
    await put("inside.bin", weights);
    await put("net.onnx", withWeightsIn("w.bin"));
    await symlink("../secret.bin", join(folder, "w.bin"));
    await expect(load()).rejects.toMatchObject({ code: "bad-model" });
    await rm(join(folder, "w.bin"));
    await symlink("inside.bin", join(folder, "w.bin"));
    expect(weightsOf(await load())).toEqual([1, 2]);
  });
});
