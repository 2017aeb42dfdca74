import { constantNumbers, numbers, print, readModel, tensor } from "@xstar/core";
import { gzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { silu } from "./ops/activations.js";
import type { ModelFiles } from "./files.js";
import { importModel } from "./import-model.js";
import { isOtherThanOnnx, recognize } from "./recognize.js";
import { readable, strayRows, type StrayFormat } from "./stray.js";
import { run } from "./testing/run.js";

type Json = Readonly<Record<string, unknown>>;

const text = (value: string) => new TextEncoder().encode(value);

function filesOf(name: string, contents: Readonly<Record<string, Uint8Array | Json>>): ModelFiles {
  return {
    name,
    list: async () => Object.keys(contents),
    read: async (path) => {
      const found = contents[path];
      if (!found) throw new Error(`no file ${path}`);
      return found instanceof Uint8Array ? found : text(JSON.stringify(found));
    },
  };
}

/** What is said of such a file. */
const strayOf = (name: string, format: StrayFormat) => ({
  code: "unsupported-model",
  message: `"${name}" is ${strayRows[format].is}`,
  hint: strayRows[format].hint,
});

const layer = (class_name: string, name: string, config: Json = {}, from?: string) => ({
  class_name,
  name,
  config: { name, trainable: true, ...config },
  inbound_nodes: from === undefined ? [] : [[[from, 0, 0, {}]]],
});

const input = (shape: readonly (number | null)[]) => layer("InputLayer", "x", { batch_input_shape: shape });

/** A functional model of TF.js: its layers, the name of its output, and its weights. */
function tfjs(layers: readonly Json[], output: string, weights: readonly Json[] = [], paths = ["w.bin"]): Json {
  return {
    format: "layers-model",
    modelTopology: {
      keras_version: "2.4.0",
      model_config: {
        class_name: "Functional",
        config: { name: "net", layers, input_layers: [["x", 0, 0]], output_layers: [[output, 0, 0]] },
      },
    },
    weightsManifest: weights.length === 0 ? [] : [{ paths, weights }],
  };
}

const dense = layer("Dense", "scores", { units: 2, activation: "softmax" }, "x");
const denseWeights = [
  { name: "scores/kernel", shape: [3, 2], dtype: "float32" },
  { name: "scores/bias", shape: [2], dtype: "float32" },
];
const denseModel = tfjs([input([null, 3]), dense], "scores", denseWeights);
const denseBytes = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6, 0.5, -0.5]).buffer);
const graphOf = (onnx: Uint8Array) => readModel(onnx).graph;

describe("importModel", () => {
  it("reads a model with its names, its softmax and what comes before it", async () => {
    const { onnx, producer, notes, cuts } = await importModel(
      filesOf("model.json", { "model.json": denseModel, "w.bin": denseBytes }),
    );
    expect(print(graphOf(onnx))).toBe(
      "net(x) -> (scores)\n  scores/preactivation = Gemm(x, [1,2,3,4,5,6], [0.5,-0.5])\n  scores = Softmax(scores/preactivation) {axis=1}",
    );
    expect({ producer, notes, cuts }).toEqual({ producer: "Keras 2.4.0", notes: [], cuts: [] });
    expect(readModel(onnx)).toMatchObject({
      producer: "Keras 2.4.0",
      inputs: [{ name: "x", dtype: "float32", dims: ["N", 3] }],
    });
  });

  it("says once that TensorFlow.js converted a model", async () => {
    const node = [
      { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: [{ size: 3 }] } } } },
      { name: "y", op: "Relu", input: ["x"] },
    ];
    const model = { modelTopology: { node }, weightsManifest: [], convertedBy: "TensorFlow.js Converter v3.13.0" };
    const { producer } = await importModel(filesOf("model.json", { "model.json": model }));
    expect(producer).toBe("TensorFlow.js Converter v3.13.0");
  });

  it("opens a folder by the model inside", async () => {
    const { onnx } = await importModel(filesOf("folder", { "model.json": denseModel, "w.bin": denseBytes }));
    expect(graphOf(onnx).outputs[0]!.name).toBe("scores");
  });

  it("joins shards, and unpacks what is packed", async () => {
    const model = tfjs([input([null, 3]), dense], "scores", denseWeights, ["a", "b"]);
    const files = {
      "model.json": gzipSync(text(JSON.stringify(model))),
      a: denseBytes.subarray(0, 13),
      b: gzipSync(denseBytes.subarray(13)),
    };
    const { onnx } = await importModel(filesOf("model.json", files));
    expect(constantNumbers(graphOf(onnx).nodes[0]!.inputs[1])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ["uint8", { dtype: "uint8", scale: 0.5, min: -1 }, [0, 1, 2, 3, 4, 255, 2, 2]],
    ["uint16", { dtype: "uint16", scale: 0.5, min: -1 }, [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 255, 0, 2, 0, 2, 0]],
    ["float16", { dtype: "float16" }, [0, 188, 0, 184, 0, 0, 0, 56, 0, 60, 232, 87, 0, 0, 0, 0]],
  ])("reads weights that are quantized to %s", async (_, quantization, bytes) => {
    const weights = denseWeights.map((one) => ({ ...one, quantization }));
    const files = { "model.json": tfjs([input([null, 3]), dense], "scores", weights), "w.bin": Uint8Array.from(bytes) };
    const [, kernel] = graphOf((await importModel(filesOf("model.json", files))).onnx).nodes[0]!.inputs;
    const expected = [-1, -0.5, 0, 0.5, 1, 126.5];
    constantNumbers(kernel)!.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
  });

  it("leaves out what it does not know, and says so", async () => {
    const layers = [
      input([null, 3]),
      layer("ReLU", "before", {}, "x"),
      layer("Swirl", "swirl", {}, "before"),
      layer("ReLU", "behind", {}, "swirl"),
    ];
    const { onnx, cuts } = await importModel(filesOf("model.json", { "model.json": tfjs(layers, "behind") }));
    expect(graphOf(onnx).outputs.map(({ name }) => name)).toEqual(["before"]);
    expect(cuts).toEqual([
      {
        why: 'Layer "swirl" is of class Swirl, which xstar does not know',
        hint: "Say what it computes: importModel(files, { layers: { Swirl: emit } })",
        lost: ["swirl", "behind"],
      },
    ]);
  });

  it("builds layers of the user's own", async () => {
    const layers = [input([null, 3]), layer("Custom>Swirl", "swirl", { rate: 2 }, "x")];
    const { onnx, cuts } = await importModel(filesOf("model.json", { "model.json": tfjs(layers, "swirl") }), {
      layers: { Swirl: (b, [x], { config }) => silu(b, b.emit("Mul", [x, b.scalar(Number(config["rate"]))], x!)) },
    });
    expect(cuts).toEqual([]);
    const { swirl } = await run(onnx, { x: tensor("float32", [1, 0, -1], [1, 3]) });
    numbers(swirl!).forEach((y, i) => expect(y).toBeCloseTo([1.761594, 0, -0.238406][i]!, 5));
  });

  it("keeps zeros around a maximum zeros", async () => {
    const layers = [
      input([null, 2, 2, 1]),
      layer("ZeroPadding2D", "pad", { padding: 1 }, "x"),
      layer("MaxPooling2D", "pool", { pool_size: 2, strides: 2 }, "pad"),
    ];
    const { onnx } = await importModel(filesOf("model.json", { "model.json": tfjs(layers, "pool") }));
    const { pool } = await run(onnx, { x: tensor("float32", [-1, -2, -3, -4], [1, 2, 2, 1]) });
    expect(numbers(pool!)).toEqual([0, 0, 0, 0]);
  });

  it("keeps the name of what a layer only hands on", async () => {
    const layers = [input([null, 3]), layer("ReLU", "a/b", {}, "x"), layer("Dropout", "a", { rate: 0.5 }, "a/b")];
    const { onnx } = await importModel(filesOf("model.json", { "model.json": tfjs(layers, "a") }));
    expect(print(graphOf(onnx))).toBe("net(x) -> (a/b)\n  a/b = Relu(x)");
  });

  it.each([
    ["block_1_expand", "MobileNetV2"],
    ["block5_conv1", "VGG"],
    ["conv2_block1_0_conv", "ResNet"],
    ["conv2_block1_preact_bn", "ResNetV2"],
    ["conv2_block1_0_bn", "DenseNet"],
  ])("tells the family of a network by its layer %s", async (name, family) => {
    const layers = [input([null, 3]), layer("ReLU", name, {}, "x")];
    const { producer } = await importModel(filesOf("model.json", { "model.json": tfjs(layers, name) }));
    expect(producer).toBe(`Keras 2.4.0 (${family})`);
  });

  it("calls a layer twice, and a model inside twice", async () => {
    const inner = {
      class_name: "Functional",
      name: "inner",
      config: {
        name: "inner",
        layers: [input([null, 2]), layer("Activation", "twice", { activation: "elu" }, "x")],
        input_layers: [["x", 0, 0]],
        output_layers: [["twice", 0, 0]],
      },
      inbound_nodes: [[["scores", 0, 0, {}]], [["inner", 1, 0, {}]]],
    };
    const sum = {
      class_name: "Add",
      name: "sum",
      config: { name: "sum" },
      inbound_nodes: [
        [
          ["inner", 1, 0, {}],
          ["inner", 2, 0, {}],
        ],
      ],
    };
    const model = tfjs([input([null, 3]), dense, inner, sum], "sum", denseWeights);
    const { onnx } = await importModel(filesOf("model.json", { "model.json": model, "w.bin": denseBytes }));
    expect(print(graphOf(onnx))).toContain(
      "inner/twice = Elu(scores)\n  inner/twice_2 = Elu(inner/twice)\n  sum = Add(inner/twice, inner/twice_2)",
    );
  });

  const lambda = tfjs([input([null, 3]), layer("Lambda", "code", { function: ["4wEAAAA"] }, "x")], "code");
  const refused: readonly (readonly [string, ModelFiles, object])[] = [
    [
      "a Lambda",
      filesOf("model.json", { "model.json": lambda }),
      { code: "unsupported-model", message: 'Layer "code" is a Lambda: it holds Python code, which xstar never runs' },
    ],
    [
      "a class of Python",
      filesOf("model.json", { "model.json": { class_name: "MyModel", config: {} }, "w.h5": text("\u0089HDF\r\n") }),
      { code: "bad-model" },
    ],
    [
      "a shard that is missing",
      filesOf("model.json", { "model.json": denseModel, "w.bin": denseBytes.subarray(0, 8) }),
      { code: "bad-model", message: 'The weights end inside of "scores/kernel"' },
    ],
    [
      "weights that are missing",
      filesOf("model.json", { "model.json": tfjs([input([null, 3]), dense], "scores") }),
      { code: "bad-model", message: 'The file holds no weight "kernel" of layer "scores" (Dense)' },
    ],
    [
      "a path that leads outside",
      filesOf("model.json", { "model.json": tfjs([input([null, 3]), dense], "scores", denseWeights, ["../secret"]) }),
      {
        code: "bad-model",
        message: '"model.json" names the file "../secret", which is outside of the model\'s folder',
      },
    ],
    [
      "a path from the root",
      filesOf("model.json", { "model.json": tfjs([input([null, 3]), dense], "scores", denseWeights, ["/etc/passwd"]) }),
      { code: "bad-model" },
    ],
    [
      "an address",
      filesOf("model.json", {
        "model.json": tfjs([input([null, 3]), dense], "scores", denseWeights, ["https://a.b/c"]),
      }),
      { code: "bad-model" },
    ],
    [
      "what is ONNX already",
      filesOf("net.onnx", { "net.onnx": Uint8Array.of(0x08, 10, 0x12, 1, 0x78) }),
      { code: "unsupported-model", message: '"net.onnx" is ONNX already' },
    ],
    [
      "a pointer of Git LFS",
      filesOf("m.h5", { "m.h5": text("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n") }),
      {
        code: "unsupported-model",
        message: expect.stringContaining("Git LFS"),
        hint: expect.stringContaining("git lfs pull"),
      },
    ],
    [
      "a web page",
      filesOf("m.h5", { "m.h5": text("\n<!DOCTYPE html>\n<html></html>") }),
      { code: "unsupported-model", message: expect.stringContaining("a web page") },
    ],
    [
      "an archive with a model inside",
      filesOf("a.zip", { "a.zip": zipSync({ "labels.txt": text("x"), "keras_model.h5": text("x") }) }),
      { code: "unsupported-model", message: '"a.zip" is an archive', hint: 'Unpack it, and give "keras_model.h5"' },
    ],
    [
      "a packed folder",
      filesOf("a.tar.gz", { "a.tar.gz": gzipSync(text(`${" ".repeat(257)}ustar`)) }),
      { code: "unsupported-model", message: '"a.tar.gz" is an archive' },
    ],
    [
      "a folder of models",
      filesOf("folder", { "keras_model.h5": text("x"), "labels.txt": text("x") }),
      { code: "bad-model", message: "The folder itself is no model", hint: 'Give the file in it: "keras_model.h5"' },
    ],
    ["another archive", filesOf("a.zip", { "a.zip": zipSync({ "readme.txt": text("x") }) }), { code: "bad-model" }],
    [
      "other JSON",
      filesOf("a.json", { "a.json": { a: 1 } }),
      { code: "bad-model", message: '"a.json" is no model that xstar can read' },
    ],
    ["text", filesOf("a.txt", { "a.txt": text("hello") }), { code: "bad-model", hint: readable }],
    ["an array", filesOf("a.npy", { "a.npy": Uint8Array.of(0x93, ...text("NUMPY")) }), strayOf("a.npy", "numpy")],
    ["arrays", filesOf("a.npz", { "a.npz": zipSync({ "a.npy": text("x") }) }), strayOf("a.npz", "numpy")],
    ["a language model", filesOf("a.h5", { "a.h5": text("GGUF\u0003") }), strayOf("a.h5", "gguf")],
    [
      "a model of MXNet",
      filesOf("a.json", { "a.json": { nodes: [], arg_nodes: [0], heads: [] } }),
      strayOf("a.json", "mxnet"),
    ],
    ["trees", filesOf("a.json", { "a.json": { learner: {}, version: [2, 0, 0] } }), strayOf("a.json", "xgboost")],
    [
      "a shard",
      filesOf("group1-shard1of2.bin", { "group1-shard1of2.bin": text("x") }),
      strayOf("group1-shard1of2.bin", "shard"),
    ],
    [
      "weights beside their model",
      filesOf("weights.bin", { "weights.bin": text("x"), "model.json": {} }),
      strayOf("weights.bin", "shard"),
    ],
    [
      "a folder without a model",
      filesOf("folder", { "a.txt": text("hello") }),
      { code: "bad-model", message: "The folder holds no model that xstar can read" },
    ],
  ];

  it.each(refused)("refuses %s", async (_, files, expected) => {
    await expect(importModel(files)).rejects.toMatchObject(expected);
  });

  it("hands on why a file could not be read", async () => {
    const lost = new Error("gone");
    await expect(importModel({ name: "a", list: async () => ["a"], read: () => Promise.reject(lost) })).rejects.toBe(
      lost,
    );
  });
});

describe("recognize", () => {
  it.each([
    ["hdf5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
    ["zip", [0x50, 0x4b, 3, 4]],
    ["tflite", [0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33]],
    ["gzip", [0x1f, 0x8b]],
    ["json", [0x20, 0x7b]],
    ["pickle", [0x80, 4]],
    ["protobuf", [0x0a, 3]],
    ["unknown", [0x42, 0x4d]],
    ["unknown", []],
  ] as const)("%s", (format, bytes) => {
    expect(recognize(Uint8Array.from(bytes))).toBe(format);
  });
});

it.each([
  ["text", "net.txt", true],
  ["text", "net.onnx", false],
  ["text", undefined, false],
  ['{"a":1}', "net.onnx", true],
])("tells of %s in %s as another format: %s", (content, name, expected) => {
  expect(isOtherThanOnnx(text(content), name)).toBe(expected);
});
