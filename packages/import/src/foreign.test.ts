import { gzipSync, zipSync } from "fflate";
import { expect, it } from "vitest";
import { exportCommand, foreignRows, type ForeignFormat } from "./foreign.js";
import { importModel } from "./import-model.js";

const text = (value: string) => new TextEncoder().encode(value);
const archive = (...names: string[]) => zipSync(Object.fromEntries(names.map((name) => [name, text("x")])));
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** How files of these formats begin, and what lies inside of archives. */
const files: readonly (readonly [ForeignFormat, string, Uint8Array])[] = [
  ["pytorch", "model.pt", archive("model/data.pkl", "model/byteorder", "model/data/0", "model/version")],
  ["pytorch", "legacy.pth", hex("80 02 8a 0a 6c fc 9c 46 f9 20 6a a8 50 19 2e 80 02")],
  ["torchscript", "script.pt", archive("s/data.pkl", "s/code/__torch__/net.py", "s/constants.pkl")],
  ["exported program", "net.pt2", archive("p/archive_format", "p/models/model.json", "p/data/weights/weight_0")],
  ["safetensors", "m.safetensors", joined(hex("09 00 00 00 00 00 00 00"), text('{"w":{}}'))],
  ["scikit-learn", "m.pkl", joined(hex("80 04 95 d0 81 00 00 00 00 00 00 8c 2d"), text("sklearn.neural_network"))],
  ["pickle", "m.pkl", hex("80 04 7d 94 2e")],
  ["early core ml", "net.mlmodel", hex("08 01 12 04 0a 02 0a 00 a2 1f 02 0a 00")],
  ["core ml", "net.mlmodel", hex("08 04 12 04 0a 02 0a 00 a2 1f 02 0a 00")],
  ["core ml", "net.mlpackage.zip", archive("Manifest.json", "Data/com.apple.CoreML/model.mlmodel")],
  ["openvino", "net.xml", text('<?xml version="1.0"?>\n<net name="net" version="11">\n\t<layers>')],
  ["paddlepaddle", "inference", hex("0a 06 08 00 10 00 1a 00 12 02 08 00")],
  ["paddlepaddle", "inference.json", text('{"base_code":{"magic":"pir","version":1},"program":{"regions":[]}}')],
  ["paddlepaddle", "inference.pdiparams", hex(`${"00 ".repeat(16)} 04 00 00 00 08 05 10 08 00 00 00 00`)],
  [
    "weights of paddlepaddle",
    "m.pdparams",
    joined(hex("80 02 7d 71 00"), text("StructuredToParameterName@@"), hex("2e")),
  ],
  ["caffe", "net.prototxt", text('# a net\nname: "net"\nlayer {\n  name: "conv1"\n  type: "Convolution"\n}\n')],
  ["caffe", "net.caffemodel", joined(hex("0a 03"), text("net"), hex("a2 06 02 0a 00"))],
  ["caffe", "nameless.caffemodel", hex("1a 01 61 a2 06 02 0a 00")],
  ["darknet", "yolo.cfg", text("# from the authors\n[net]\nbatch=1\n[convolutional]\n")],
  ["darknet", "yolo.weights", hex("00 00 00 00 02 00 00 00 05 00 00 00 00 7d 00 00 00 00 00 00 00 00 80 3f")],
];

it.each(files)("says what %s is: %s", async (format, name, bytes) => {
  const row = foreignRows[format];
  const failure = importModel({ name, list: async () => [name], read: async () => bytes });
  await expect(failure).rejects.toMatchObject({
    code: "unsupported-model",
    message: `"${name}" is ${row.is}`,
    hint: expect.stringContaining(exportCommand(row, name)),
    details: { format },
  });
});

const paddle = hex("0a 06 08 00 10 00 1a 00 12 02 08 00");
const sklearn = joined(hex("80 04 95 d0 81 00 00 00 00 00 00 8c 2d"), text("sklearn.neural_network"));

it.each([
  ["deep/net.pdmodel", "--model_filename net.pdmodel --params_filename net.pdiparams --save_file net.onnx", paddle],
  ["net.json", "--model_filename net.json --params_filename net.pdiparams", text('{"base_code":{"magic":"pir"}}')],
  ["face.xml", "openvino2onnx face.xml face.onnx", text('<net name="net" version="11">')],
  ["yolo.cfg", 'open("yolo.weights", "rb")', text("[net]\n")],
  ["net.caffemodel", '"net.prototxt", "net.caffemodel"', joined(hex("0a 03"), text("net"), hex("a2 06 02 0a 00"))],
  ["m.safetensors", 'load_file("m.safetensors")', joined(hex("09 00 00 00 00 00 00 00"), text('{"w":{}}'))],
  ["clf.pkl.gz", 'joblib.load("clf.pkl.gz")', gzipSync(sklearn)],
  // a wrong name: what is written must not be the file itself
  ["face.onnx", "openvino2onnx model.xml model.onnx", text('<net name="net" version="11">')],
  ["clf.joblib", 'joblib.load("clf.joblib"); open("clf.onnx", "wb")', sklearn],
  ["s.pth", 'torch.jit.load("s.pth").eval()', archive("s/data.pkl", "s/code/net.py")],
  ["no ending", 'joblib.load("model.pkl")', sklearn],
  ['x"); print("x.pkl', 'joblib.load("model.pkl")', sklearn],
  ["$(ls).xml", "openvino2onnx model.xml model.onnx", text('<net name="net" version="11">')],
])("says the command for %s", async (name, hint, bytes) => {
  const failure = importModel({ name, list: async () => [name], read: async () => bytes });
  await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining(hint) });
});

it("has a file of every format", () => {
  const known = new Set(files.map(([format]) => format));
  expect(Object.keys(foreignRows).filter((format) => !known.has(format as ForeignFormat))).toEqual([]);
});

it.each([
  ["a folder of Core ML", "Data/com.apple.CoreML/model.mlmodel", hex("08 09 12 04 0a 02 0a 00 a2 1f 02 0a 00")],
  ["a folder of PaddlePaddle", "inference.pdmodel", hex("0a 06 08 00 10 00 1a 00 12 02 08 00")],
])("says what %s is", async (_, inside, bytes) => {
  const files = { name: "folder", list: async () => ["Manifest.txt", inside], read: async () => bytes };
  await expect(importModel(files)).rejects.toMatchObject({
    code: "unsupported-model",
    message: expect.stringContaining(`"${inside}" is a model of`),
  });
});
