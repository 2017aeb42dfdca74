import { exportCommand, foreignRows, type ForeignRow } from "../foreign.js";
import { activations } from "../keras/activations.js";
import { functionNames } from "../keras/functions/table.js";
import { layerFamilies } from "../keras/rows.js";
import { controlFlow } from "../tensorflow/run.js";
import { opFamilies } from "../tensorflow/ops/table.js";
import { operatorFamilies } from "../tflite/operators.js";

/** What is read of which files. */
const files: readonly (readonly [file: string, read: string])[] = [
  ["`.keras`", "Keras 3, and Keras 2 since TensorFlow 2.13"],
  [
    "`.h5`, `.hdf5`",
    "whole models of Keras 2 and 3; weights alone with the model's `to_json()` as a `.json` file beside them",
  ],
  [
    "`model.json` with its shards",
    "layers and graph models of TensorFlow.js; weights of 8 and 16 bits, packed by gzip or not",
  ],
  [
    "a folder with `saved_model.pb`",
    "TensorFlow 1 and 2: what `serving_default` computes, functions inlined, variables from the checkpoint",
  ],
  [
    "`.pb`",
    "a frozen graph; without a signature its placeholders are the inputs, and what nothing reads are the outputs",
  ],
  [
    "`.tflite`",
    "float32, float16, whole numbers of 8 bits (for a tensor or each channel), weights alone of 8 bits, sparse weights; labels in its metadata",
  ],
];

/** `docs/formats.md` */
export function formatsPage(): string {
  return `# Formats

<!-- Written by \`npm run docs:formats\` from the tables of layers, operations and formats: do not edit. -->

What xstar opens besides ONNX, and what it builds of what is inside; [Importing models](import.md) says how. A file is known by what is in it, not by its ending. What is not listed here [is left out](import.md#what-comes-out), together with all that depends on it.

| file | what is read |
| --- | --- |
${files.map((row) => `| ${row.join(" | ")} |`).join("\n")}

## Layers of Keras

Each has a case that Keras computed, in \`packages/import/fixtures\`: weights are waves (sines) between -0.5 and 0.5, and what a normalization learned of its data is of the kind that data have, variances between 0.3 and 1.5, so that none divides by almost nothing and a wrong epsilon or order shows. In whole networks that are compared ([Keras Applications](keras-applications.md)) statistics are half-way between random ones and those of noise.

${families(layerFamilies)}

**Activations:** ${list(Object.keys(activations))}

**Functions between layers** (\`keras.ops\`, and TensorFlow's in Keras 2): ${list(functionNames)}

## Operations of TensorFlow

${families(opFamilies)}

**Calls, branches and loops:** ${list(controlFlow)}

## Operators of TensorFlow Lite

${families(operatorFamilies)}

## Formats that are known and not read

xstar says what such a file is, and how to write ONNX in one line. The lines for Core ML, OpenVINO, PaddlePaddle, Caffe and Darknet were run in fresh environments of Python 3.11, and what they wrote gives the numbers of the original: with onnxmltools 1.11.2 and onnx 1.16.2 (a network of iOS 11), openvino2onnx 1.1.0 and onnx 1.18 (SqueezeNet, MobileNetV2 and a ResNet, as OpenVINO 2026.4 wrote them), paddlepaddle 3.3.1 and paddle2onnx 2.1.0 (files of PaddlePaddle 3.3 and 2.6), caffe2onnx 2.0.1 and onnx 1.17 (SqueezeNet, GoogLeNet, and a network with most usual layers, against OpenCV), darknet2any 0.7.6 (Tiny Darknet and a network in the form of YOLOv3-tiny, against OpenCV; to 5e-4 in probability, for the two divide by the variance in slightly different ways).

| file | what writes ONNX |
| --- | --- |
${Object.values(foreignRows).map(foreignLine).join("\n")}
`;
}

const list = (names: readonly string[]) =>
  names
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(", ");

function families(rows: Readonly<Record<string, object>>): string {
  return Object.entries(rows)
    .map(([family, table]) => `**${family}:** ${list(Object.keys(table))}`)
    .join("\n\n");
}

function foreignLine(row: ForeignRow): string {
  const { is, needs } = row;
  const what = is.replace(/,? which xstar.*$|: .*$/, "");
  return `| ${what} | \`${exportCommand(row)}\`${needs === undefined ? "" : ` (${needs})`} |`;
}
