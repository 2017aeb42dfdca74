import { describe, expect, it } from "vitest";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { readModel } from "../onnx/read.js";
import { buildModel, open, weights, type ModelOptions } from "../testing/models.js";
import { maximize } from "../testing/plain.js";
import { declare, encodeModel } from "../testing/protos.js";
import { tensor } from "../tensor.js";
import { contractOfRange, guessContract, rangeOf, type PartialContract } from "./contract.js";
import { labelsInMetadata } from "./metadata.js";

/** A network of 3 channels whose input goes through `before` and then a Conv. */
const guess = (
  before: (op: Ops, x: Value) => Value = (_, x) => x,
  { given, ...options }: ModelOptions & { given?: PartialContract } = {},
) => {
  const bytes = buildModel((op, x) => ({ y: op.conv(before(op, x), weights(op, [4, 3, 3, 3])) }), {
    shape: [1, 3, 8, 8],
    ...options,
  });
  const { contract, because, sure } = guessContract(readModel(bytes), given ? { given } : {});
  return { contract, sure, range: rangeOf(contract), why: Object.fromEntries(because.map((one) => [one.field, one])) };
};
const perChannel = (op: Ops, values: number[]) => op.constant(tensor("float32", values, [1, values.length, 1, 1]));
const toNchw = (op: Ops, x: Value) => op.transpose(x, [0, 3, 1, 2]);

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe("the value range is read from the first operators:", () => {
  it.each<[string, (op: Ops, x: Value) => Value, [number, number], string]>([
    ["x / 255", (op, x) => op.div(x, 255), [0, 255], "Div: mean 0, deviation 255"],
    ["x / 127.5 - 1", (op, x) => op.sub(op.mul(x, 1 / 127.5), 1), [0, 255], "Mul, Sub: mean 127.5, deviation 127.5"],
    ["minus the mean of Caffe", (op, x) => op.sub(x, perChannel(op, [104, 117, 123])), [0, 255], "mean 104 117 123"],
    ["2x - 1", (op, x) => op.add(op.mul(x, 2), -1), [0, 1], "Mul, Add: mean 0.5, deviation 0.5"],
    ["255x", (op, x) => op.mul(x, 255), [0, 1], "deviation 0.00392"],
    [
      "ImageNet's mean and deviation, over a cast",
      (op, x) => op.div(op.sub(op.cast(x, "float32"), perChannel(op, imagenet.mean)), perChannel(op, imagenet.std)),
      [0, 1],
      "mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225",
    ],
    [
      "of each picture of a list, as detectors do",
      (op, x) => {
        const [one] = op.emit("Split", [x], [x.type], { axis: 0, num_outputs: 1 });
        const axes = op.constant(tensor("int64", [0], [1]), "axes");
        const [picture] = op.emit("Squeeze", [one, axes], [{ dtype: "float32", shape: [3, 8, 8] }]);
        const [mean, std] = [imagenet.mean, imagenet.std].map((values) =>
          op.constant(tensor("float32", values, [3, 1, 1]), "statistic"),
        );
        return op.emit("Unsqueeze", [op.div(op.sub(picture!, mean!), std!), axes], [x.type])[0]!;
      },
      [0, 1],
      "mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225",
    ],
  ])("%s", (_, before, range, why) => {
    const found = guess(before);
    expect(found.range).toEqual([range]);
    expect(found.why["range"]!.why).toContain(why);
    expect(found.why["range"]!.sure).toBe(true);
  });

  it("what an exporter mostly takes is told by the channels of the picture, however the weights are stored", () => {
    const bytes = encodeModel(
      {
        name: "stored",
        input: [declare("x", ["N", 3, 8, 8])],
        output: [declare("y", ["N", 1, 8, 8])],
        initializer: [{ name: "levels", dims: [1n, 3n, 1n, 1n], dataType: 2, rawData: Uint8Array.of(1, 2, 3) }],
        node: [
          { opType: "Cast", input: ["levels"], output: ["w"], attribute: [{ name: "to", type: 2, i: 1n }] },
          { opType: "Conv", input: ["x", "w"], output: ["y"] },
        ],
      },
      { producerName: "tfl2onnx" },
    );
    const { contract, because } = guessContract(readModel(bytes));
    expect(rangeOf(contract)).toEqual([[-1, 1]]);
    expect(because[0]!.why).toBe("models from tfl2onnx mostly take -1 to 1");
  });

  it("the statistics of a BatchNormalization tell what it saw", () => {
    const bytes = encodeModel({
      name: "bn",
      input: [declare("x", ["N", 3, 8, 8])],
      output: [declare("y", ["N", 3, 8, 8])],
      initializer: ["scale", "bias", "mean", "variance"].map((name, i) => ({
        name,
        dims: [3n],
        dataType: 1,
        floatData: [1, 0, 120, 4000].slice(i, i + 1).flatMap((x) => [x, x, x]),
      })),
      node: [{ opType: "BatchNormalization", input: ["x", "scale", "bias", "mean", "variance"], output: ["y"] }],
    });
    const { contract, because } = guessContract(readModel(bytes));
    expect(contract).toEqual({ mean: [0], std: [1 / 255], layout: "NCHW", order: "RGB" });
    expect(because[0]!.why).toBe(
      "the model itself normalizes (BatchNormalization: mean 120, deviation 63.25), which fits 0 to 255",
    );
  });

  it.each<[string, (op: Ops, x: Value) => Value]>([
    ["nothing", (_, x) => x],
    ["an Add that is no normalization", (op, x) => op.add(x, 1e-8)],
    ["a change of what is normalized already", (op, x) => op.sub(op.mul(x, 0.458), 0.03)],
    ["a division by zero", (op, x) => op.div(x, 0)],
  ])("%s says nothing, and 0 to 1 is only a default", (_, before) => {
    const { range, why, sure } = guess(before);
    expect(range).toEqual([[0, 1]]);
    expect(why["range"]).toMatchObject({ sure: false, why: expect.stringContaining("only a default") });
    expect(sure).toBe(false);
  });
});

describe("where the file says nothing, the exporter's habit counts", () => {
  const byProducer = (producer: string, channels: number) => {
    const shape = [1, channels, 8, 8];
    const bytes = buildModel((op, x) => ({ y: op.conv(x, weights(op, [4, channels, 3, 3])) }), { shape });
    return guessContract({ ...readModel(bytes), producer });
  };
  it.each<[string, number, number[], number[]]>([
    ["caffe2onnx", 3, [122.679 / 255, 116.669 / 255, 104.007 / 255], [1 / 255]],
    ["CNTK", 1, [0], [1 / 255]],
    ["tflite2onnx", 3, [0.5], [0.5]],
    ["Keras 2.4.0 (MobileNetV2)", 3, [0.5], [0.5]],
    ["Keras 3.3.3 (VGG)", 3, [103.939 / 255, 116.779 / 255, 123.68 / 255], [1 / 255]],
    ["Keras 3.3.3 (ResNetV2)", 3, [0.5], [0.5]],
    ["Keras 3.3.3 (DenseNet)", 3, imagenet.mean, imagenet.std],
    ["Keras 2.4.0", 3, [0], [1]],
    ["pytorch", 3, imagenet.mean, imagenet.std],
    ["pytorch", 1, [0], [1]],
    ["tflite2onnx", 1, [0], [1]],
  ])("%s with %d channels", (producer, channels, mean, std) => {
    const { contract, because } = byProducer(producer, channels);
    expect(contract.mean).toEqual(mean);
    expect(contract.std).toEqual(std);
    expect(because.find(({ field }) => field === "range")!.sure).toBe(false);
  });

  it.each([
    ["Keras 3.3.3 (ResNet)", "BGR"],
    ["Keras 3.3.3 (ResNetV2)", "RGB"],
    ["caffe2onnx", "RGB"],
  ])("%s takes %s", (producer, order) => {
    const { contract, because } = byProducer(producer, 3);
    expect(contract.order).toBe(order);
    expect(because.find(({ field }) => field === "order")!.sure).toBe(false);
  });
});

describe("metadata", () => {
  it.each([
    ["NominalRange_0_255", [0, 255]],
    ["Normalized_0_1", [0, 1]],
    ["Normalized_1_1", [-1, 1]],
    ["NominalRange_16_235", [16, 235]],
  ])("Image.NominalPixelRange %s", (written, range) => {
    const found = guess(undefined, { metadata: new Map([["Image.NominalPixelRange", written]]) });
    found.range[0]!.forEach((x, i) => expect(x).toBeCloseTo(range[i]!, 5));
    expect(found.why["range"]).toMatchObject({
      sure: true,
      why: `the metadata says Image.NominalPixelRange ${written}`,
    });
  });

  it("gives the order of the channels", () => {
    const order = (written: string) =>
      guess(undefined, { metadata: new Map([["Image.BitmapPixelFormat", written]]) }).contract.order;
    expect(["Bgr8", "Rgb8", "Gray8"].map(order)).toEqual(["BGR", "RGB", "gray"]);
  });

  it("of Ultralytics says all", () => {
    const { contract, sure } = guess(undefined, { metadata: new Map([["author", "Ultralytics"]]) });
    expect({ contract, sure }).toEqual({ contract: { mean: [0], std: [1], layout: "NCHW", order: "RGB" }, sure: true });
  });

  it.each([
    ["names", "{0: 'cat', 1: \"dog's\"}", ["cat", "dog's"]],
    ["id2label", '{"0": "cat", "1": "dog"}', ["cat", "dog"]],
    ["classes", '["cat", "dog"]', ["cat", "dog"]],
    ["names", "{1: 'cat'}", undefined],
    ["labels", "cat, dog", undefined],
    ["classes", "[]", undefined],
  ])("labels in %s: %s", (key, text, labels) => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { metadata: new Map([[key, text]]) });
    expect(labelsInMetadata(readModel(bytes))).toEqual(labels);
  });
});

describe("the layout", () => {
  it("is NHWC behind a Transpose, whatever comes between", () => {
    const { contract, range, why } = guess((op, x) => toNchw(op, op.div(x, 255)), { shape: [1, 8, 8, 3] });
    expect(contract).toMatchObject({ layout: "NHWC", order: "RGB" });
    expect(range).toEqual([[0, 255]]);
    expect(why["layout"]).toMatchObject({ sure: true, why: expect.stringContaining("moves the last axis") });
  });

  it.each<[(number | string)[], string, string, boolean]>([
    [["N", 224, 224, 3], "", "NHWC", true],
    [["N", 3, 224, 224], "", "NCHW", true],
    [["N", 28, 28, 1], "", "NHWC", true],
    [["N", "a", "b", "c"], "", "NCHW", false],
    [["N", "a", "b", "c"], "tf2onnx", "NHWC", false],
    [["N", 3, 5, 3], "", "NCHW", false],
  ])("of an input %j from %j is %s", (dims, producerName, layout, sure) => {
    const bytes = encodeModel(
      {
        name: "g",
        input: [declare("x", dims)],
        output: [declare("y", dims)],
        node: [{ opType: "Relu", input: ["x"], output: ["y"] }],
      },
      { producerName },
    );
    const { contract, because } = guessContract(readModel(bytes));
    expect(contract.layout).toBe(layout);
    expect(because.find(({ field }) => field === "layout")!.sure).toBe(sure);
  });
});

it("one channel is gray, and of four nobody knows the order", () => {
  const order = (channels: number) => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { shape: [1, channels, 8, 8] });
    return guessContract(readModel(bytes)).contract.order;
  };
  expect([1, 3, 4].map(order)).toEqual(["gray", "RGB", undefined]);
});

it("nobody knows the order where there may be any number of channels", async () => {
  const bytes = encodeModel({
    name: "free",
    input: [declare("x", ["N", "channels", "h", "w"])],
    output: [declare("y", ["N", "channels", 1, 1])],
    node: [{ opType: "GlobalAveragePool", input: ["x"], output: ["y"] }],
  });
  const model = open(bytes);
  const { contract } = guessContract(model.source);
  expect(contract).toEqual({ mean: [0], std: [1], layout: "NCHW" });
  const shapes = new Map([["x", [1, 1, 6, 6]]]);
  expect((await maximize(model, "y", { contract, shapes, start: "normal", steps: 1 })).picture.shape).toEqual([
    1, 1, 6, 6,
  ]);
});

it.each([[[1, 5]], [[1, 16, 96]], [[1, 1, 8, 8, 8]]])(
  "what is no picture is left as it is, for no sure reason: %j",
  (shape) => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { shape });
    expect(guessContract(readModel(bytes))).toEqual({
      contract: { mean: [0], std: [1] },
      because: [{ field: "range", sure: false, why: expect.stringContaining("numbers are left as they are") }],
      sure: false,
    });
  },
);

it("what is given comes first, with who said it", () => {
  const bytes = buildModel((op, x) => ({ y: op.conv(op.div(x, 255), weights(op, [4, 3, 3, 3])) }), {
    shape: [1, 3, 8, 8],
  });
  const given = { mean: [0.5], order: "BGR" } as const;
  const { contract, because } = guessContract(readModel(bytes), { given, from: { range: "a flag says so" } });
  expect(contract).toEqual({ mean: [0.5], std: [1], layout: "NCHW", order: "BGR" });
  expect(because.map(({ field, why }) => [field, why])).toEqual([
    ["range", "a flag says so"],
    ["layout", "the first Conv reads 3 channels from the second axis"],
    ["order", "it was given"],
  ]);
});

it("a range is a mean and a deviation", () => {
  expect(contractOfRange(0, 255)).toEqual({ mean: [0], std: [1 / 255] });
  expect(contractOfRange(-1, 1)).toEqual({ mean: [0.5], std: [0.5] });
  expect(rangeOf({ mean: [0, 0.5], std: [0.5] })).toEqual([
    [0, 2],
    [-1, 1],
  ]);
});
