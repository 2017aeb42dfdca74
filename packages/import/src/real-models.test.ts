import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  constantNumbers,
  inputShapes,
  numbers,
  readModel,
  openModel,
  size,
  tensor,
  vjp,
  type Tensor,
} from "@xstar/core";
import { afterAll, describe, expect, it } from "vitest";
import { importModel } from "./import-model.js";
import { channelsLast, evaluate, filesAt, inputsOf, largestError, logitsName, run, runtime } from "./testing/run.js";

const shared = join(import.meta.dirname, "../../../../shared/import-models");
const isThere = existsSync(shared);

/** Numbers that a framework gave: all of them, or some by their places. */
interface Reference {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly indices?: readonly number[];
  readonly max_abs?: number;
  readonly scale?: number;
  readonly zero_point?: number;
}

interface Inside extends Reference {
  readonly layer?: string;
  readonly node?: string;
  readonly name?: string;
}

interface Entry {
  readonly second_input?: Entry;
  readonly inputs?: readonly { readonly scale: number; readonly zero_point: number }[];
  readonly outputs: readonly Reference[];
  readonly middle?: Inside | readonly Inside[];
  readonly logits?: Reference;
  readonly gradient?: Reference & { readonly unit: number };
}

interface Input {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly lo?: number;
  readonly hi?: number;
}

interface Wanted {
  /** Which input of the reference. @default 0 */
  readonly input?: number;
  /** Takes the reference's broadband input: of a pure tone the logarithm of noise is most of what a network hears. */
  readonly isSecond?: boolean;
  /** The entry of the reference, where it has another name. */
  readonly as?: string;
  /** Of outputs and of what is inside, relative to the largest number. @default 1e-5 */
  readonly error?: number;
  /** Of the gradient. @default 1e-4 */
  readonly slope?: number;
  /** Where a network goes back and forth between pictures and sequences. @default 2 */
  readonly transposes?: number;
  /** What values are called here, where the reference calls them otherwise. */
  readonly names?: Readonly<Record<string, string>>;
}

const models: readonly (readonly [folder: string, file: string, wanted?: Wanted])[] = [
  ["lenet-tf-keras", "tf_keras_model.h5"],
  ["lenet-tf-keras", "tfjs-layers/model.json"],
  ["lenet-keras", "mnist.h5"],
  ["lenet-keras", "separated/weights.h5", { as: "separated/topology.json + separated/weights.h5" }],
  ["lenet-keras", "separated/topology.json", { as: "separated/topology.json + separated/weights.h5" }],
  ["lenet-keras", "tfjs-layers/model.json"],
  ["lenet-helloworld", "tf_keras_model.h5"],
  ["lenet-helloworld", "tfjs-layers/model.json"],
  ["lenet-tfjs", "tfjs-layers/model.json"],
  ["fer-emotion", "emotion_model.hdf5"],
  // a softmax of large numbers, of which TensorFlow's own rounding is 1.0e-5: see below
  [
    "teachable-machine-waste",
    "keras_model.h5",
    { error: 2e-5, names: { sequential_1: "sequential_1/global_average_pooling2d_GlobalAveragePooling2D1" } },
  ],
  ["lenet-savedmodel", "frozen_model.pb"],
  ["lenet-savedmodel", "saved_model/"],
  ["lenet-tfjs-graph", "tfjs-graph/model.json"],
  ["basic-pitch", "tfjs-graph/model.json", { isSecond: true, transposes: 100 }],
  ["basic-pitch", "saved_model/", { isSecond: true, error: 2e-4, slope: 1e-3, transposes: 100 }],
  ["basic-pitch", "nmp.tflite", { isSecond: true, error: 2e-4, transposes: 100 }],
  ["blazeface-short-range", "face_detection_short_range.tflite", { transposes: 5 }],
  [
    "blazeface-full-range-sparse",
    "face_detection_full_range_sparse.tflite",
    { transposes: 5, names: { "model_1/model/activation_32/Relu": "activation_32/Relu" } },
  ],
  ["iris-landmark", "iris_landmark.tflite"],
  ["fer-emotion", "emotion_model_quantized.tflite", { error: 0.05 }],
  ["mobilenet-v1-0.25-128-tflite", "mobilenet_v1_0.25_128.tflite"],
];

function broadband({ shape }: Input): Tensor {
  const noise = (i: number) => 43758.5453 * Math.sin(12.9898 * i);
  const at = (i: number) => 0.25 * Math.sin(0.05 * i) + 0.5 * (noise(i) - Math.floor(noise(i)) - 0.5);
  return tensor(
    "float32",
    Float32Array.from({ length: size(shape) }, (_, i) => at(i)),
    shape,
  );
}

interface References {
  readonly inputs: readonly Input[];
  readonly files: Readonly<Record<string, Entry>>;
}

const readReference = (folder: string) =>
  JSON.parse(readFileSync(join(shared, folder, "reference.json"), "utf8")) as References;

function pictureOf({ shape, dtype, lo, hi }: Input): Tensor {
  const wave = (i: number) => 0.5 + 0.5 * Math.sin(0.37 * i + 0.11);
  if (lo === undefined || hi === undefined)
    return tensor(
      "float32",
      Float32Array.from({ length: size(shape) }, (_, i) => Math.floor(255 * wave(i) + 0.5) - 128),
      shape,
    );
  const at = (i: number) => lo + (hi - lo) * wave(i);
  return tensor(
    "float32",
    Float32Array.from({ length: size(shape) }, (_, i) => (dtype === "uint8" ? Math.floor(at(i) + 0.5) : at(i))),
    shape,
  );
}

/** The largest difference, relative to the largest number of the whole value. */
function errorOf(found: Tensor, { values, indices, max_abs: largest }: Reference, isLast = false): number {
  const all = numbers(isLast ? found : channelsLast(found));
  const chosen = indices ? indices.map((i) => all[i]!) : all;
  const scale = largest === undefined ? 1 : Math.max(...values.map(Math.abs)) / largest;
  return largestError(chosen, values) * scale;
}

/** What a value inside is called here. */
function nameOf({ layer, node, name }: Inside, names: Readonly<Record<string, string>> = {}): string {
  const own = layer ?? node ?? name!.split(";")[0]!;
  return names[own] ?? own;
}

/** How the whole numbers that a value was made from stand for fractions. */
function quantizationOf(onnx: Uint8Array, name: string): [scale: number, zero: number] {
  let { node } = [...readModel(onnx).graph.values()].find((value) => value.name === name)!;
  while (node!.opType !== "DequantizeLinear") node = node!.inputs[0]!.node;
  return node!.inputs.slice(1).map((input) => constantNumbers(input)![0]!) as [number, number];
}

/** The largest distance in quanta, and the part of the values that are further away than one. */
function quantaOff(
  onnx: Uint8Array,
  name: string,
  found: Tensor,
  { values, indices, scale: known, zero_point }: Reference,
): { most: number; far: number } {
  const [scale, zero] = known === undefined ? quantizationOf(onnx, name) : [known, zero_point!];
  const all = numbers(channelsLast(found));
  const gaps = values.map((q, i) => Math.abs(all[indices?.[i] ?? i]! / scale + zero - q));
  return { most: Math.max(...gaps), far: gaps.filter((gap) => gap > 1.01).length / gaps.length };
}

const measured: string[] = [];

describe.skipIf(!isThere)(`real models in ${shared}${isThere ? "" : " (missing)"}`, () => {
  it.each(models.map(([folder, file, wanted = {}]) => [folder, file, wanted] as const))(
    "%s: %s",
    async (
      folder,
      file,
      { input = 0, isSecond = false, as = file, error = 1e-5, slope = 1e-4, transposes = 2, names = {} },
    ) => {
      const { inputs, files } = readReference(folder);
      const entry = isSecond ? { outputs: [], ...files[as]!.second_input } : files[as]!;
      const { onnx, cuts } = await importModel(filesAt(join(shared, folder, file)));
      expect(cuts).toEqual([]);
      const moved = readModel(onnx).graph.nodes.filter(({ opType }) => opType === "Transpose").length;
      expect(moved).toBeLessThanOrEqual(transposes);
      const x = isSecond ? broadband(inputs[input]!) : pictureOf(inputs[input]!);
      const feeds = { [inputsOf(onnx)[0]!.name]: x };
      const inside = [entry.middle ?? []].flat() as readonly Inside[];
      const named = inside.map((one) => nameOf(one, names));
      const logits = logitsName(onnx);
      const values = await evaluate(onnx, feeds, [...named, ...(logits ? [logits] : [])]);
      const outputs = values.outputs.map((found, i) => errorOf(found, entry.outputs[i]!));
      const middles = inside.map((one, i) => errorOf(values.inside[i]!, one));
      const before = entry.logits ? errorOf(values.inside.at(-1)!, entry.logits) : 0;
      let steepness = 0;
      if (entry.gradient) {
        const { unit } = entry.gradient;
        const model = openModel(onnx, { runtime });
        const of =
          logits ??
          values.names.reduce(
            (best, name, i) =>
              Math.max(...numbers(values.outputs[i]!)) > best.most
                ? { name, most: Math.max(...numbers(values.outputs[i]!)) }
                : best,
            { name: "", most: -Infinity },
          ).name;
        const slopes = await vjp(model, { shapes: inputShapes(model.source.inputs), of });
        const value = logits ? values.inside.at(-1)! : values.outputs[values.names.indexOf(of)]!;
        const cotangent = tensor(
          "float32",
          Float32Array.from({ length: size(value.shape) }, (_, i) => Number(i === unit)),
          value.shape,
        );
        steepness = errorOf((await slopes.run(feeds, cotangent)).gradient, entry.gradient, true);
        await slopes.release();
      }
      measured.push(
        `${folder}/${file}: outputs ${most(outputs)}, inside ${most(middles)}, logits ${most([before])}, gradient ${most([steepness])}`,
      );
      for (const found of [...outputs, ...middles, before]) expect(found).toBeLessThan(error);
      expect(steepness).toBeLessThan(slope);
    },
  );
});

describe.skipIf(!isThere)(`rounding, in ${shared}${isThere ? "" : " (missing)"}`, () => {
  it("is less than TensorFlow's where a Teachable Machine model and its reference differ by more than 1e-5", async () => {
    const folder = "teachable-machine-waste";
    const { inputs, files } = readReference(folder);
    const { onnx } = await importModel(filesAt(join(shared, folder, "keras_model.h5")));
    const model = openModel(onnx, { runtime });
    const exact = await vjp(model, { shapes: inputShapes(model.source.inputs), precision: "float64" });
    const feeds = { [inputsOf(onnx)[0]!.name]: pictureOf(inputs[0]!) };
    const expected = numbers((await exact.run(feeds, tensor("float32", new Float32Array(4), [1, 4]))).output);
    await exact.release();
    const found = numbers(Object.values(await run(onnx, feeds))[0]!);
    expect(largestError(found, expected)).toBeLessThan(2e-6);
    expect(largestError(files["keras_model.h5"]!.outputs[0]!.values, expected)).toBeGreaterThan(5e-6);
  });
});

/** Files that compute with whole numbers of 8 bits. */
const quantized = [
  ["mobilenet-v1-0.25-128-tflite", "mobilenet_v1_0.25_128_quant.tflite", 1],
  ["person-detect-int8", "person_detect.tflite", 0],
] as const;

describe.skipIf(!isThere)(`real quantized models in ${shared}${isThere ? "" : " (missing)"}`, () => {
  it.each(quantized)("%s: %s", async (folder, file, input) => {
    const { inputs, files } = readReference(folder);
    const entry = files[file]!;
    const { onnx, cuts } = await importModel(filesAt(join(shared, folder, file)));
    expect(cuts).toEqual([]);
    const whole = pictureOf(inputs[input]!);
    const { scale, zero_point } = entry.inputs![0]!;
    const x = tensor(
      "float32",
      Float32Array.from(numbers(whole), (q) => (q - zero_point) * scale),
      whole.shape,
    );
    const places = [entry.outputs[0]!, entry.logits!, entry.middle as Inside];
    const names = [readModel(onnx).graph.outputs[0]!.name, logitsName(onnx)!, nameOf(entry.middle as Inside)];
    const values = await evaluate(onnx, { [inputsOf(onnx)[0]!.name]: x }, names);
    const off = places.map((one, i) => quantaOff(onnx, names[i]!, values.inside[i]!, one));
    measured.push(
      `${folder}/${file}: quanta off ${off.map(({ most, far }) => `${most.toFixed(1)} (${(100 * far).toFixed(1)} % over 1)`).join(", ")}`,
    );
    const [output, logits, middle] = off;
    for (const { far } of [output!, logits!]) expect(far).toBeLessThanOrEqual(0.01);
    expect(middle!.most).toBeLessThan(3);
  });
});

const most = (errors: readonly number[]) => Math.max(0, ...errors).toExponential(1);

afterAll(() => {
  if (process.env["XSTAR_MEASURED"]) process.stderr.write(`${measured.join("\n")}\n`);
});
