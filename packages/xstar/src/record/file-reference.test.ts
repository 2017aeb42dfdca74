import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, valueOf, writeModel } from "@xstar/core";
import type { RunFiles } from "@xstar/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mnistFolder } from "../data/dataset.js";
import { loadModel } from "../load.js";
import { createSourceFiles } from "./file-reference.js";

const digest = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const weights = new Uint8Array(new Float32Array([9, 1, 2]).buffer);

/** y = x + w with w in a file of its own. */
function externalModel(): Uint8Array {
  const graph = new Graph("external");
  const x = graph.input("x", { dtype: "float32", shape: [1, 2] });
  const source = { location: "w.bin", offset: 4, length: 8 };
  graph.output(createOps(graph).add(x, valueOf("w", { dtype: "float32", shape: [1, 2], source })));
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-references-"));
  await mkdir(join(folder, "record", "sub"), { recursive: true });
  await writeFile(join(folder, "net.onnx"), externalModel());
  await writeFile(join(folder, "w.bin"), weights);
  await writeFile(join(folder, "record", "beside.png"), "beside");
  await writeFile(join(folder, "record", "sub", "deep.png"), "deep");
});
afterAll(() => rm(folder, { recursive: true }));

const none = { models: {}, generators: {}, images: {}, starts: {}, inputs: {} };
const lost = { path: "lost.onnx", sha256: "ab", weights: [] };

describe("files of a run", () => {
  test("of a command are where it says, and noted with what they held", async () => {
    const files = createSourceFiles();
    expect(await files.locate("no/such.png")).toBe("no/such.png");
    const path = join(folder, "record", "beside.png");
    expect(await files.reference(path)).toEqual({ path, sha256: digest("beside") });
    await expect(files.reference(join(folder, "none.png"))).rejects.toMatchObject({ code: "file-not-readable" });
  });

  test("of the packaged data set are those of the record, too", async () => {
    const known = await createSourceFiles().reference("mnist");
    const again = (sha256: string) => {
      const starts = { "mnist#7": { path: "mnist", sha256 } };
      return createSourceFiles({ files: { ...none, model: lost, starts }, folder });
    };
    expect(await again(known.sha256).locate("mnist")).toBe(mnistFolder());
    await expect(again("ab").locate("mnist")).rejects.toMatchObject({ code: "bad-data" });
  });

  test("of a record are looked for beside it too, with their folder and without", async () => {
    const images = {
      a: { path: "far/away/beside.png", sha256: digest("beside") },
      b: { path: "sub/deep.png", sha256: digest("deep") },
      c: { path: "beside.png", sha256: digest("other") },
    };
    const files = createSourceFiles({ files: { ...none, model: lost, images }, folder: join(folder, "record") });
    expect(await files.locate("far/away/beside.png")).toBe(join(folder, "record", "beside.png"));
    expect(await files.locate("sub/deep.png")).toBe(join(folder, "record", "sub", "deep.png"));
    expect(await files.reference("sub/deep.png")).toEqual(images.b);
    await expect(files.locate("beside.png")).rejects.toMatchObject({
      code: "bad-data",
      message: expect.stringMatching(/beside\.png" is not the file that the picture was made with/),
    });
  });
});

describe("a model with weights beside it", () => {
  const path = () => join(folder, "net.onnx");

  test("is noted with all its files", async () => {
    expect(await createSourceFiles().referenceModel(path(), await loadModel(path()))).toEqual({
      path: path(),
      sha256: digest(externalModel()),
      weights: [{ path: "w.bin", sha256: digest(weights) }],
    });
  });

  test("is noted with the shards of another format, too", async () => {
    const layer = {
      class_name: "Dense",
      config: { name: "d", units: 1, use_bias: false, batch_input_shape: [null, 3] },
    };
    const model = {
      modelTopology: { class_name: "Sequential", config: { layers: [layer] } },
      weightsManifest: [{ paths: ["w.bin"], weights: [{ name: "d/kernel", shape: [3, 1], dtype: "float32" }] }],
    };
    const place = join(folder, "model.json");
    await writeFile(place, JSON.stringify(model));
    const { weights: noted } = await createSourceFiles().referenceModel(place, await loadModel(place));
    expect(noted).toEqual([{ path: "w.bin", sha256: digest(weights) }]);
  });

  test("is another one when its weights are", async () => {
    const model = await createSourceFiles().referenceModel(path(), await loadModel(path()));
    const known: RunFiles = { ...none, model: { ...model, path: "old.onnx" } };
    const files = createSourceFiles({ files: known, folder, model: path() });
    expect(await files.locate("old.onnx")).toBe(path());
    expect(await files.referenceModel("old.onnx", await loadModel(path()))).toEqual(known.model);
    await writeFile(join(folder, "w.bin"), new Uint8Array(12));
    await expect(files.referenceModel("old.onnx", await loadModel(path()))).rejects.toMatchObject({ code: "bad-data" });
  });
});
