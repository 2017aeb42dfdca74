import { XstarError } from "@xstar/core";

/** Formats that are known and not read: what a file is, and how its maker writes ONNX. */
export interface ForeignRow {
  /** What goes behind `"FILE" is `. */
  readonly is: string;
  /** One line that writes ONNX, for a shell or for Python. */
  readonly command: string;
  /** What the command needs. */
  readonly needs?: string;
}

const exportTorch = 'torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), "model.onnx", dynamo=True)';

export const foreignRows = {
  pytorch: {
    is: "a file of PyTorch: it holds pickled Python objects, which xstar never runs",
    command: exportTorch,
  },
  torchscript: {
    is: "a TorchScript program of PyTorch, which xstar does not read",
    command:
      'torch.onnx.export(torch.jit.load("model.pt").eval(), (torch.zeros(1, 3, 224, 224),), "model.onnx", dynamo=False)',
  },
  "exported program": {
    is: "an exported program of PyTorch, which xstar does not read",
    command: 'torch.onnx.export(torch.export.load("model.pt2"), (), "model.onnx", dynamo=True)',
  },
  safetensors: {
    is: "a safetensors file: it holds weights alone, and what the network computes is not in it",
    command: exportTorch,
  },
  "scikit-learn": {
    is: "a model of scikit-learn: it holds pickled Python objects, which xstar never runs",
    command:
      'open("model.onnx", "wb").write(skl2onnx.to_onnx(joblib.load("model.pkl"), numpy.zeros((1, FEATURES), "float32")).SerializeToString())',
    needs: "pip install skl2onnx",
  },
  pickle: {
    is: "a file of pickled Python objects, which xstar never runs",
    command: exportTorch,
  },
  "core ml": {
    is: "a model of Core ML, which xstar does not read and which no program writes as ONNX",
    command: exportTorch,
  },
  openvino: {
    is: "a model of OpenVINO, which xstar does not read",
    command: "openvino2onnx model.xml model.onnx",
    needs: 'pip install openvino2onnx "onnx<1.19"',
  },
  paddlepaddle: {
    is: "a model of PaddlePaddle, which xstar does not read",
    command:
      "paddle2onnx --model_dir . --model_filename inference.json --params_filename inference.pdiparams --save_file model.onnx",
    needs: "pip install paddlepaddle paddle2onnx packaging",
  },
  caffe: {
    is: "a model of Caffe, which xstar does not read",
    command: "python -m caffe2onnx.convert --prototxt model.prototxt --caffemodel model.caffemodel --onnx model.onnx",
    needs: 'pip install "onnx==1.14.1" "protobuf==3.20.3" "numpy<2", then pip install --no-deps caffe2onnx',
  },
  darknet: {
    is: "a model of Darknet, which xstar does not read",
    command: "darknet2onnx -i model.weights -o model.onnx",
    needs: "pip install darknet2any onnxruntime; model.cfg lies beside model.weights",
  },
} as const satisfies Readonly<Record<string, ForeignRow>>;

export type ForeignFormat = keyof typeof foreignRows;

/** What is said of a file of such a format. */
export function foreignModel(name: string, format: ForeignFormat): XstarError {
  const { is, command: usual, needs }: ForeignRow = foreignRows[format];
  // PaddlePaddle 3 writes .json, those before .pdmodel
  const [, stem, ending] = /^(?:.*[\\/])?([^\\/]+)\.(json|pdmodel)$/.exec(name) ?? [];
  const command =
    stem === undefined ? usual : usual.replace("inference.json", `${stem}.${ending}`).replace("inference.", `${stem}.`);
  const isPython = command.includes("(");
  const from = format === "core ml" || format === "pickle" ? "Export the network that it was made from" : "Export it";
  return new XstarError("unsupported-model", `"${name}" is ${is}`, {
    hint: `${from}${isPython ? " in Python" : ""}: ${command}${needs === undefined ? "" : ` (${needs})`}`,
    details: { format },
  });
}
