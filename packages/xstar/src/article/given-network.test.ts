import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, createRng, Graph, numbers, tensor, writeModel } from "@xstar/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadMnist } from "../data/dataset.js";
import { nodeRuntime } from "../runtime.js";
import { classify, writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";
import { readNetwork } from "./given-network.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-given-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A dense layer on pictures of some layout, with or without a softmax. */
async function written(name: string, dims: readonly number[], isSoftmax: boolean): Promise<string> {
  const graph = new Graph("dense");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, ...dims] });
  const weights = op.constant(tensor("float32", createRng(1).normals(784 * 10), [784, 10]));
  const scores = op.matMul(op.reshape(x, [1, 784]), weights);
  graph.output(isSoftmax ? op.softmax(scores, 1) : scores);
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, writeModel(graph, { opsets: new Map([["", 20]]) }));
  return path;
}

const picture = tensor("float32", createRng(2).uniforms(784), [1, 1, 28, 28]);

async function probabilitiesOf(model: Uint8Array): Promise<number[]> {
  const session = await nodeRuntime().open(model);
  const results = await session.run({ [session.inputs[0]!.name]: picture });
  await session.release();
  return numbers(results[session.outputs[0]!.name]!);
}

test("a network is taken whatever its layout, and gives probabilities", async () => {
  const { test: all } = await loadMnist();
  const few = { ...all, count: 1, images: all.images.subarray(0, 784), labels: all.labels.subarray(0, 1) };
  const [flat, last, scores] = [
    await readNetwork(await written("flat", [784], true), few),
    await readNetwork(await written("last", [28, 28, 1], true), few),
    await readNetwork(await written("scores", [28, 28], false), few),
  ];
  const expected = await probabilitiesOf(flat.model);
  expect(expected.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
  for (const one of [last, scores]) {
    (await probabilitiesOf(one.model)).forEach((p, i) => expect(p).toBeCloseTo(expected[i]!, 5));
  }
  expect(flat).toMatchObject({ file: join(folder, "flat.onnx"), seed: null, cached: false });
});

test("the accuracy is that of the test pictures", async () => {
  const { test: all } = await loadMnist();
  const some = { ...all, count: 300, images: all.images.subarray(0, 300 * 784), labels: all.labels.subarray(0, 300) };
  const model = writeNetwork(initialWeights(createRng(3), 10), new Map());
  const path = join(folder, "own.onnx");
  await writeFile(path, model);
  const predicted = await classify(nodeRuntime(), model, some);
  const right = predicted.filter((digit, i) => digit === some.labels[i]).length;
  expect((await readNetwork(path, some)).confusion.accuracy).toBe(right / 300);
});

test("a network for one picture is given many", async () => {
  const { test: all } = await loadMnist();
  const some = { ...all, count: 50, images: all.images.subarray(0, 50 * 784), labels: all.labels.subarray(0, 50) };
  const { model, confusion } = await readNetwork(await written("single", [28, 28, 1], true), some);
  const session = await nodeRuntime().open(model);
  let right = 0;
  for (const [i, label] of [...some.labels].entries()) {
    const values = Float32Array.from(some.images.subarray(i * 784, (i + 1) * 784), (level) => level / 255);
    const results = await session.run({ [session.inputs[0]!.name]: tensor("float32", values, [1, 1, 28, 28]) });
    const scores = numbers(results[session.outputs[0]!.name]!);
    right += Number(scores.indexOf(Math.max(...scores)) === label);
  }
  await session.release();
  expect(confusion.accuracy).toBe(right / 50);
});

test("a network of other pictures is refused", async () => {
  const { test: all } = await loadMnist();
  const graph = new Graph("other");
  const op = createOps(graph);
  graph.output(op.relu(graph.input("x", { dtype: "float32", shape: [1, 3, 32, 32] })));
  const path = join(folder, "other.onnx");
  await writeFile(path, writeModel(graph, { opsets: new Map([["", 20]]) }));
  await expect(readNetwork(path, all)).rejects.toMatchObject({
    code: "bad-data",
    message: `The network does not take pictures of 28x28 pixels (in "${path}")`,
    hint: "Its inputs are x [1, 3, 32, 32]",
  });
});
