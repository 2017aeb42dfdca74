import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { numbers, size, tensor, type Shape, type Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { importModel } from "./import-model.js";
import { wave } from "./testing/cases.js";
import { channelsLast, filesAt, inputsOf, largestError, run } from "./testing/run.js";

/*
 * The same network, saved in two formats, gives the same numbers: without anybody's reference.
 */

const shared = join(import.meta.dirname, "../../../../shared/import-models");
const isThere = existsSync(shared);

const onnxOf = async (file: string) =>
  file.endsWith(".onnx")
    ? new Uint8Array(readFileSync(join(shared, file)))
    : (await importModel(filesAt(join(shared, file)))).onnx;

/** What a file gives for numbers of its input's shape. */
async function outputsOf(file: string, make: (shape: Shape) => Tensor): Promise<Tensor[]> {
  const onnx = await onnxOf(file);
  const { name, dims } = inputsOf(onnx)[0]!;
  const shape = dims.map((dim) => (typeof dim === "number" ? dim : 1));
  return Object.values(await run(onnx, { [name]: make(shape) })).map(channelsLast);
}

/** The files name and order their outputs as they like: each is compared with the one that it fits best. */
function errorBetween(left: readonly Tensor[], right: readonly Tensor[]): number {
  const errors = left.map((one) => {
    const alike = right.filter(({ shape }) => String(shape) === String(one.shape));
    return Math.min(...alike.map((other) => largestError(numbers(other), numbers(one))));
  });
  return Math.max(...errors);
}

const pairs = [
  ["lenet-tf-keras/tf_keras_model.h5", "lenet-tf-keras/tfjs-layers/model.json"],
  ["lenet-keras/mnist.h5", "lenet-keras/tfjs-layers/model.json"],
  ["lenet-helloworld/tf_keras_model.h5", "lenet-helloworld/tfjs-layers/model.json"],
  ["lenet-savedmodel/saved_model", "lenet-savedmodel/frozen_model.pb"],
] as const;

/** Of all frequencies: of a pure tone the logarithm of noise is most of what the network hears. */
function broadband(shape: Shape): Tensor {
  const noise = (i: number) => 43758.5453 * Math.sin(12.9898 * i);
  const at = (i: number) => 0.25 * Math.sin(0.05 * i) + 0.5 * (noise(i) - Math.floor(noise(i)) - 0.5);
  return tensor(
    "float32",
    Float32Array.from({ length: size(shape) }, (_, i) => at(i)),
    shape,
  );
}

describe.skipIf(!isThere)(`networks in two formats, in ${shared}${isThere ? "" : " (missing)"}`, () => {
  it.each(pairs)("%s is %s", async (one, other) => {
    const picture = (shape: Shape) => wave(shape, 0.11, 0, 1);
    expect(errorBetween(await outputsOf(one, picture), await outputsOf(other, picture))).toBeLessThan(1e-6);
  });

  it("Basic Pitch is the same as ONNX, SavedModel, TF.js and TFLite", async () => {
    const files = ["nmp.onnx", "saved_model", "tfjs-graph/model.json", "nmp.tflite"];
    const [onnx, ...others] = await Promise.all(files.map((file) => outputsOf(`basic-pitch/${file}`, broadband)));
    expect(onnx).toHaveLength(3);
    const errors = others.map((one) => errorBetween(onnx!, one));
    expect(errors).toHaveLength(3);
    for (const error of errors) expect(error).toBeLessThan(1e-4);
  });
});
