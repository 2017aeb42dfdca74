import { XstarError } from "@xstar/core";

/** Formats that are known and not read: what a file is, and how its maker writes ONNX. */
export interface ForeignRow {
  /** What goes behind `"FILE" is `. */
  readonly is: string;
  /** How such files are mostly called. */
  readonly usual: string;
  /** One line that writes ONNX, for a shell or for Python. */
  readonly command: (file: FileName) => string;
  /** What the command needs. */
  readonly needs?: string;
}

/** Of the file that a command is for, as the language of the command writes them. */
interface FileName {
  readonly name: string;
  /** Of the files beside it, and of what is written. */
  readonly stem: string;
}

const exportTorch = () => 'torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), "model.onnx", dynamo=True)';

export const foreignRows = {
  pytorch: {
    is: "a file of PyTorch: it holds pickled Python objects, which xstar never runs",
    usual: "model.pt",
    command: exportTorch,
  },
  torchscript: {
    is: "a TorchScript program of PyTorch, which xstar does not read",
    usual: "model.pt",
    command: ({ name, stem }) =>
      `import torch; torch.onnx.export(torch.jit.load("${name}").eval(), (torch.zeros(1, 3, 224, 224),), "${stem}.onnx", dynamo=False)`,
  },
  "exported program": {
    is: "an exported program of PyTorch, which xstar does not read",
    usual: "model.pt2",
    command: ({ name, stem }) =>
      `import torch; torch.onnx.export(torch.export.load("${name}"), (), "${stem}.onnx", dynamo=True)`,
  },
  safetensors: {
    is: "a safetensors file: it holds weights alone, and what the network computes is not in it",
    usual: "model.safetensors",
    command: exportTorch,
  },
  "scikit-learn": {
    is: "a model of scikit-learn: it holds pickled Python objects, which xstar never runs",
    usual: "model.pkl",
    command: ({ name, stem }) =>
      `import joblib, numpy, skl2onnx; m = joblib.load("${name}"); ` +
      `open("${stem}.onnx", "wb").write(skl2onnx.to_onnx(m, numpy.zeros((1, m.n_features_in_), "float32"), ` +
      `options={"zipmap": False} if hasattr(m, "classes_") else None).SerializeToString())`,
    needs: "pip install skl2onnx",
  },
  pickle: {
    is: "a file of pickled Python objects, which xstar never runs",
    usual: "model.pkl",
    command: exportTorch,
  },
  "core ml": {
    is: "a model of Core ML, which xstar does not read and which no program writes as ONNX",
    usual: "model.mlmodel",
    command: exportTorch,
  },
  openvino: {
    is: "a model of OpenVINO, which xstar does not read",
    usual: "model.xml",
    command: ({ name, stem }) => `openvino2onnx ${name} ${stem}.onnx`,
    needs: 'pip install openvino2onnx "onnx<1.19"',
  },
  paddlepaddle: {
    is: "a model of PaddlePaddle, which xstar does not read",
    usual: "inference.json",
    // PaddlePaddle 3 writes .json, those before .pdmodel; weights lie beside
    command: ({ name, stem }) =>
      `paddle2onnx --model_dir . --model_filename ${/\.(json|pdmodel)$/.test(name) ? name : `${stem}.json`} ` +
      `--params_filename ${stem}.pdiparams --save_file ${stem}.onnx`,
    needs: "pip install paddlepaddle paddle2onnx packaging",
  },
  caffe: {
    is: "a model of Caffe, which xstar does not read",
    usual: "model.prototxt",
    command: ({ stem }) =>
      `python -m caffe2onnx.convert --prototxt ${stem}.prototxt --caffemodel ${stem}.caffemodel --onnx ${stem}.onnx`,
    needs: 'pip install "onnx==1.14.1" "protobuf==3.20.3" "numpy<2", then pip install --no-deps caffe2onnx',
  },
  darknet: {
    is: "a model of Darknet, which xstar does not read",
    usual: "model.weights",
    command: ({ stem }) => `darknet2onnx -i ${stem}.weights -o ${stem}.onnx`,
    needs: "pip install darknet2any onnxruntime; the .cfg lies beside the .weights, under the same name",
  },
} as const satisfies Readonly<Record<string, ForeignRow>>;

export type ForeignFormat = keyof typeof foreignRows;

/** What is said of a file of such a format. */
export function foreignModel(path: string, format: ForeignFormat): XstarError {
  const row: ForeignRow = foreignRows[format];
  const command = exportCommand(row, path.split(/[\\/]/).at(-1));
  const isPython = command.includes("(");
  const from = format === "core ml" || format === "pickle" ? "Export the network that it was made from" : "Export it";
  return new XstarError("unsupported-model", `"${path}" is ${row.is}`, {
    hint: `${from}${isPython ? " in Python" : ""}: ${command}${row.needs === undefined ? "" : ` (${row.needs})`}`,
    details: { format },
  });
}

/** The line that writes ONNX of a file; of one whose name says nothing, or would be a program, under the usual name. */
export function exportCommand({ command, usual }: ForeignRow, given = usual): string {
  const name = /^\w[\w.-]*\.\w+$/.test(given) ? given : usual;
  return command({ name, stem: name.slice(0, name.lastIndexOf(".")) });
}
