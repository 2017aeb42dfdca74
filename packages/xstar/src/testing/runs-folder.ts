import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";
import { encodeNpy } from "@xstar/results";
import sharp from "sharp";
import { afterAll, beforeAll, expect } from "vitest";
import { runCli } from "./run-cli.js";
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

async function makeRunsFolder(): Promise<string> {
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

/** The folder of a file of tests, with models, labels, an input and pictures, for runs that are made again. */
export let folder: string;

/** Makes the folder before the tests of a file, and removes it after them. */
export function useRunsFolder(): void {
  beforeAll(async () => {
    folder = await makeRunsFolder();
  });
  afterAll(() => rm(folder, { recursive: true }));
}

export const xstar = (...args: string[]) => runCli(folder, args);

export const maximize = async (...args: string[]) => {
  const outcome = await xstar("maximize", ...args, "--threads", "1");
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

export const again = async (...args: string[]) => {
  const outcome = await xstar("maximize", ...args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

export const readJson = async (path: string) => JSON.parse(await readFile(join(folder, path), "utf8"));

/** Every file of a run but `run.json`, which also tells how long it took. */
export async function filesOf(out: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, out))).filter((name) => name !== "run.json");
  const contents = names.map(async (name) => [name, (await readFile(join(folder, out, name))).toString("base64")]);
  return Object.fromEntries(await Promise.all(contents));
}

/** Words of a command line without spaces in them. */
export const words = (text: string) => text.trim().split(/\s+/);

export const fast = ["--steps", "6"];

export const runs: Record<string, string[]> = {
  "a plain run": words("tiny.onnx conv:2 --recipe none --steps 6"),
  "a run by the recipe auto": words("tiny.onnx conv:2 --steps 6"),
  "a batch of targets and starts": [
    "tiny.onnx",
    "conv:2",
    "0.5*conv:1 - tv",
    ...words("--steps 6 --start ones --start normal:mean=0.3"),
  ],
  "transforms and a start picture": words(`tiny.onnx conv:1 --recipe none --steps 6 --start photo.png
    --transform pad:pixels=2 --transform jitter:pixels=2 --transform noise`),
  "all settings": words(`tiny.onnx logit:dog --steps 30 --seed 7
    --optimizer adam:beta1=0.8 --lr 0.05 --schedule cosine --clip 0.5 --keep best --patience 5 --redirect-steps 3
    --override guidedRelu --parameterization fourier --param decay=1.5 --range -1,2 --picture-size 12,10
    --penalty tv=0.1 --mean 0.5 --std 0.25`),
  "a picture and a model by name": [
    "tiny.onnx",
    "caricature:layer=conv,image=cat + other::conv:1",
    ...words("--steps 6 --image cat=photo.png --second other=tiny.onnx"),
  ],
  "a recipe with a picture by its path": words("tiny.onnx conv --recipe caricature:image=photo.png,steps=5"),
  "a picture with opacity": words("tiny.onnx conv:1 --steps 6 --parameterization alpha"),
  "another input from a file": words("two.onnx sum --steps 6 --input z=z.npy"),
  "a generator with another input, in words": words(`tiny.onnx logit:1 --steps 6 --parameterization generator:model=g
    --generator g=generator.onnx --input g::onehot=one-hot:2`),
  "a second model with another input, from a file": words(`tiny.onnx other::sum+conv:1 --steps 6
    --second other=two.onnx --input other::z=z.npy`),
  "a batch of one target": words("tiny.onnx conv:1+diversity:conv --steps 6 --batch 3 --parameterization fourier"),
  "a parameterization inside another one": words(`tiny.onnx conv:1 --steps 6 --range -1,2
    --parameterization alpha:inner=(fourier:decay=2),opacity=(pixel:range=0,1)`),
  "colours of pictures in a folder": words("tiny.onnx conv:1 --steps 6 --parameterization fourier:colorImages=photos"),
  "a spectrum of pictures in a folder, by a name": words(`tiny.onnx conv:1 --steps 6
    --parameterization alpha:inner=(maco:images=mine) --image mine=photos`),
  "a picture of a folder as the start": words("tiny.onnx conv:1 --steps 6 --start photos#1"),
  "an earlier result as the start": words("tiny.onnx conv:3 --steps 6 --start z.npy"),
};
