import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";
import { encodeNpy } from "@xstar/results";
import sharp from "sharp";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

/** A model with a second input, x + z. */
function twoInputs(): Uint8Array {
  const graph = new Graph("two");
  const op = createOps(graph);
  const [x, z] = ["x", "z"].map((name) => graph.input(name, { dtype: "float32", shape: [1, 1, 8, 8] }));
  const sum = op.relu(op.add(x!, z!));
  sum.name = "sum";
  graph.output(sum);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** Pictures from two numbers and a class. */
function generatorModel(): Uint8Array {
  const graph = new Graph("generator");
  const op = createOps(graph);
  const z = graph.input("z", { dtype: "float32", shape: [1, 2] });
  const onehot = graph.input("onehot", { dtype: "float32", shape: [1, 3] });
  const numbers = createRng(5).uniforms(5 * 64, -1, 1);
  const weights = op.constant(tensor("float32", numbers, [5, 64]), "weights");
  graph.output(op.tanh(op.reshape(op.matMul(op.concat([z, onehot], 1), weights), [1, 1, 8, 8])));
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** A folder with models, labels, an input and pictures, for runs that are made again. */
export async function makeRunsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "xstar-from-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  await writeFile(join(folder, "two.onnx"), twoInputs());
  await writeFile(join(folder, "generator.onnx"), generatorModel());
  await writeFile(join(folder, "labels.txt"), "cat\ndog\nbird\n");
  const z = {
    dtype: "float32",
    shape: [1, 1, 8, 8],
    data: Float32Array.from({ length: 64 }, (_, i) => i / 64),
  } as const;
  await writeFile(join(folder, "z.npy"), encodeNpy(z));
  await sharp({ create: { width: 40, height: 20, channels: 3, background: { r: 200, g: 100, b: 50 } } })
    .linear([1, 1, 1], [0, 20, 40])
    .png()
    .toFile(join(folder, "photo.png"));
  await mkdir(join(folder, "photos", "more"), { recursive: true });
  await copyFile(join(folder, "photo.png"), join(folder, "photos", "a.png"));
  await sharp(await readFile(join(folder, "photo.png")))
    .composite([{ input: { create: { width: 9, height: 7, channels: 3, background: "#123" } }, left: 13, top: 5 }])
    .toFile(join(folder, "photos", "more", "b.png"));
  return folder;
}
