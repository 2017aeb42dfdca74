import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { numbers, readModel, tensor, type Runtime, type Session, type Tensor } from "@xstar/core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { tinyModel } from "../../results/src/testing/tiny-model.js";
import { main } from "./cli/main.js";
import { loadModel } from "./load.js";
import { importFrom } from "./model/import.js";
import { compareFolded } from "./model/same-numbers.js";
import { nodeRuntime } from "./runtime.js";
import { runCli } from "./testing/run-cli.js";

const fixtures = join(import.meta.dirname, "../../import/fixtures");
let place: string;
let model: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "xstar-import-"));
  model = join(place, "keras_model.h5");
  await writeFile(model, gunzipSync(readFileSync(join(fixtures, "keras2.h5.gz"))));
  await writeFile(join(place, "labels.txt"), "0 cat\n1 dog\n2 big fish\n");
});
afterAll(() => rm(place, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What a command writes. */
async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
  const code = await main(argv);
  const written = [out!, err!].map((spy) => spy.mock.calls.map(([text]) => String(text)).join(""));
  return { code, out: written[0]!, err: written[1]! };
}

test("a Keras file is opened as it is, with the labels that Teachable Machine numbers", async () => {
  const opened = await loadModel(model);
  expect(opened).toMatchObject({ name: "keras_model", labels: ["cat", "dog", "big fish"], notes: [] });
  expect(opened.source.producer).toMatch(/^Keras 2\./);
});

test("bytes are enough", async () => {
  const { source } = await loadModel(new Uint8Array(readFileSync(model)));
  expect(source.inputs).toMatchObject([{ name: "picture", dims: ["N", 8, 8, 3] }]);
});

test("maximize takes it, by the names of its layers and its labels", async () => {
  const folder = join(place, "out");
  const { code, out } = await command(
    "maximize",
    model,
    "logit:dog",
    "--steps",
    "2",
    "--out",
    folder,
    "--input-range",
    "0,255",
  );
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("logit:dog") });
  expect(existsSync(join(folder, "report.html"))).toBe(true);
});

test("convert writes ONNX, by itself", async () => {
  const out = join(place, "net.onnx");
  const written = await command("convert", model, out);
  expect(written).toMatchObject({
    code: 0,
    err: "",
    out: expect.stringMatching(/net\.onnx {2}\(from Keras 2\.\S+, 0\.\d\d MB\)\n$/),
  });
  const { graph, producer } = readModel(new Uint8Array(readFileSync(out)));
  expect(producer).toMatch(/^Keras 2\./);
  expect(graph.outputs.map(({ name }) => name)).toEqual(["head/scores", "features"]);
});

test("convert calls what it writes by the folder that one stands in", async () => {
  const folder = join(place, "net");
  await mkdir(folder);
  await writeFile(join(folder, "model.json"), readFileSync(await writeCutModel()));
  const { code, out } = await runCli(folder, ["convert", "."]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^net\.onnx /) });
});

test("convert writes the class names that lie beside the model", async () => {
  const folder = join(place, "labelled");
  await mkdir(join(folder, "out"), { recursive: true });
  await writeFile(join(folder, "net.h5"), readFileSync(model));
  await writeFile(join(folder, "labels.txt"), "0 cat\n1 it's a dog\n");
  await runCli(folder, ["convert", "net.h5", "out/net.onnx"]);
  expect((await loadModel(join(folder, "out/net.onnx"))).labels).toEqual(["cat", "it's a dog"]);
});

test("convert --check compares what was written with what xstar folds of it", async () => {
  const out = join(place, "checked.onnx");
  const { code, out: said } = await command("convert", model, out, "--check");
  expect(code).toBe(0);
  const [, error] = /Checked: as written and as folded the outputs differ by (\S+) of the largest\n$/.exec(said)!;
  expect(Number(error)).toBeLessThan(1e-5);
});

test("what folds to other numbers is not the same", async () => {
  const { onnx } = await importFrom(model);
  const spoilt = (runtime: Runtime): Runtime => ({
    ...runtime,
    open: async (graph, options) => {
      const session = await runtime.open(graph, options);
      const isWritten = graph === onnx;
      const run: Session["run"] = async (feeds, ...rest) => {
        const results = await session.run(feeds, ...rest);
        const worse = (t: Tensor) =>
          tensor(
            "float32",
            Array.from(numbers(t), (x) => 1.001 * x),
            t.shape,
          );
        return !isWritten ? results : Object.fromEntries(Object.entries(results).map(([k, t]) => [k, worse(t)]));
      };
      return { ...session, run };
    },
  });
  expect(await compareFolded(onnx)).toMatchObject({ isSame: true });
  expect(await compareFolded(onnx, spoilt(nodeRuntime()))).toMatchObject({ isSame: false });
});

test("a SavedModel is a folder", async () => {
  const text = gunzipSync(readFileSync(join(fixtures, "saved-models.json.gz"))).toString();
  const [{ files }] = JSON.parse(text) as [{ files: Record<string, string> }];
  const folder = join(place, "saved");
  await mkdir(join(folder, "variables"), { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), Buffer.from(content, "base64"));
  expect((await loadModel(folder)).source.graph.outputs.map(({ name }) => name)).toEqual(["map", "scores"]);
});

/** A model of three layers, of which the second one is of an unknown class. */
async function writeCutModel(): Promise<string> {
  const json = {
    class_name: "Sequential",
    config: {
      layers: [
        { class_name: "ReLU", config: { name: "r", batch_input_shape: [null, 4] } },
        { class_name: "Swirl", config: { name: "s" } },
        { class_name: "ReLU", config: { name: "behind" } },
      ],
    },
  };
  await mkdir(join(place, "cut"), { recursive: true });
  const path = join(place, "cut", "model.json");
  await writeFile(path, JSON.stringify({ modelTopology: json, weightsManifest: [] }));
  return path;
}

const whyCut = 'was left out when the model was imported: Layer "s" is of class Swirl, which xstar does not know';
const wayOut =
  "Hint: Say what it computes: importModel(files, { layers: { Swirl: emit } }). Layers before it can be targets: xstar inspect lists them";

test.each(["behind:1", "behind:*", "s", "r:1 + layer:layer=s"])(
  "the target %s behind a cut is told why",
  async (target) => {
    const source = await writeCutModel();
    const name = target.startsWith("b") ? "behind" : "s";
    const { code, err } = await command("maximize", source, target, "--out", join(place, "never"));
    expect(code).toBe(1);
    expect(err).toContain(`Error: "${name}" ${whyCut}`);
    expect(err).toContain(wayOut);
  },
);

test("a converted model knows what it lacks, and inspect lists it", async () => {
  const [source, out] = [await writeCutModel(), join(place, "cut", "converted.onnx")];
  await command("convert", source, out);
  const { out: listed } = await command("inspect", out);
  expect(listed).toContain('Left out: Layer "s" is of class Swirl, which xstar does not know; with it s, behind');
  const { err } = await command("maximize", out, "s:0", "--out", join(place, "never"));
  expect(err).toContain(`Error: "s" ${whyCut}`);
});

test("a damaged ONNX file is told as one, not as what its first bytes have in common with", async () => {
  const broken = Buffer.from(Buffer.from(tinyModel()).toString("latin1").replace("conv", "conw"), "latin1");
  await expect(loadModel(new Uint8Array(broken))).rejects.toMatchObject({
    code: "bad-model",
    message: expect.stringContaining("is not defined anywhere in the model"),
  });
  await expect(loadModel(new Uint8Array(broken.subarray(0, -9)))).rejects.toMatchObject({
    message: "The file is not a readable ONNX model",
  });
});

test("what is left out is said, and other files are refused", async () => {
  const source = await writeCutModel();
  const { code, err } = await command("convert", source, join(place, "cut", "cut.onnx"));
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringContaining(
      'Warning: Layer "s" is of class Swirl, which xstar does not know: "s" and 1 behind it are left out\n',
    ),
  });
  const folder = join(place, "cut");
  await writeFile(join(folder, "notes.txt"), "no model");
  await expect(loadModel(join(folder, "notes.txt"))).rejects.toMatchObject({
    code: "bad-model",
    message: /is no model that xstar can read/,
  });
  expect(await command("convert", model, model)).toMatchObject({ code: 2 });
});
