import { XstarError } from "@xstar/core";

/** Formats that are known and not read: what a file is, and how its maker writes ONNX. */
export interface ForeignRow {
  /** What goes behind `"FILE" is `. */
  readonly is: string;
  /** How such files are mostly called. */
  readonly usual: string;
  /** What the command exports, where that is not the file itself. */
  readonly way?: string;
  /** One line that writes ONNX, for a shell or for Python. */
  readonly command: (file: FileName) => string;
  /** What the command needs, and what it does not do. */
  readonly needs?: string;
}

/** Of the file that a command is for, as the language of the command writes them. */
interface FileName {
  readonly name: string;
  /** Of the files beside it, and of what is written. */
  readonly stem: string;
}

const exportTorch = () => 'torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), "model.onnx", dynamo=True)';

const needsOfTorch = "pip install torch onnx onnxscript";

const ofNetwork = "Export the network that it was made from";

const withWeights = "Load the weights into their network and export that";

export const foreignRows = {
  pytorch: {
    is: "a file of PyTorch: it holds pickled Python objects, which xstar never runs",
    usual: "model.pt",
    way: "Load it into its network and export that",
    command: exportTorch,
    needs: needsOfTorch,
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
    way: withWeights,
    command: ({ name, stem }) =>
      `import safetensors.torch, torch; model.load_state_dict(safetensors.torch.load_file("${name}")); ` +
      `torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), "${stem}.onnx", dynamo=True)`,
    needs: `${needsOfTorch} safetensors`,
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
    way: ofNetwork,
    command: exportTorch,
    needs: needsOfTorch,
  },
  "core ml": {
    is: "a model of Core ML, which xstar does not read and which no program writes as ONNX",
    usual: "model.mlpackage",
    way: ofNetwork,
    command: exportTorch,
    needs: needsOfTorch,
  },
  "early core ml": {
    is: "a model of Core ML for iOS 12 or before, which xstar does not read",
    usual: "model.mlmodel",
    command: ({ name, stem }) =>
      "import coremltools, onnxmltools; onnxmltools.utils.save_model(onnxmltools.convert_coreml(" +
      `coremltools.utils.load_spec("${name}"), "${stem}"), "${stem}.onnx")`,
    needs:
      'Python 3.12 or before; pip install "onnxmltools<1.12" "onnxconverter-common<1.14" "onnx<1.17" "setuptools<81" coremltools',
  },
  openvino: {
    is: "a model of OpenVINO, which xstar does not read",
    usual: "model.xml",
    command: ({ name, stem }) => `openvino2onnx ${name} ${stem}.onnx`,
    needs:
      'pip install openvino2onnx "onnx<1.19"; layer normalization, as in transformers, comes out wrong, and local response ' +
      "normalization, as in GoogLeNet, not at all: export such networks from where they were made",
  },
  paddlepaddle: {
    is: "a model of PaddlePaddle, which xstar does not read",
    usual: "inference.json",
    // PaddlePaddle 3 writes .json, those before .pdmodel; weights lie beside
    command: ({ name, stem }) =>
      `paddle2onnx --model_dir . --model_filename ${/\.(json|pdmodel)$/.test(name) ? name : `${stem}.json`} ` +
      `--params_filename ${stem}.pdiparams --save_file ${stem}.onnx --optimize_tool None`,
    needs: "pip install paddlepaddle paddle2onnx packaging",
  },
  "weights of paddlepaddle": {
    is: "a file of PaddlePaddle: it holds weights alone, and what the network computes is not in it",
    usual: "model.pdparams",
    way: withWeights,
    command: ({ name, stem }) =>
      `import paddle; model.set_state_dict(paddle.load("${name}")); model.eval(); ` +
      `paddle.onnx.export(model, "${stem}", input_spec=[paddle.static.InputSpec([1, 3, 224, 224], "float32")])`,
    needs: "pip install paddlepaddle paddle2onnx packaging",
  },
  caffe: {
    is: "a model of Caffe, which xstar does not read",
    usual: "model.prototxt",
    // what it writes is of opset 11, whatever it says
    command: ({ stem }) =>
      "import onnx; from caffe2onnx.src.load_save_model import loadcaffemodel; " +
      "from caffe2onnx.src.caffe2onnx import Caffe2Onnx; " +
      `m = Caffe2Onnx(*loadcaffemodel("${stem}.prototxt", "${stem}.caffemodel"), "${stem}").createOnnxModel(); ` +
      `m.opset_import[0].version = 11; onnx.save(m, "${stem}.onnx")`,
    needs:
      'Python 3.12 or before; pip install "onnx<1.18" "protobuf<3.21", then pip install --no-deps caffe2onnx; ' +
      "the .prototxt and the .caffemodel lie side by side, under the same name; PReLU layers are not converted",
  },
  darknet: {
    is: "a model of Darknet, which xstar does not read",
    usual: "model.weights",
    // darknet2any knows the longer head of later weights alone, wants what a .cfg may leave out, and gives boxes: here the scores they are made of
    command: ({ stem }) =>
      `import torch, darknet2any.tool.darknet2pytorch as d; w = open("${stem}.weights", "rb").read(); ` +
      `open("${stem}.padded", "wb").write(w[:16] + bytes(4 * (w[4] < 2)) + w[16:]); parse = d.parse_cfg; ` +
      'd.parse_cfg = lambda f: [{"batch_normalize": 0, "scale_x_y": 1, **b} for b in parse(f)]; ' +
      `m = d.Darknet("${stem}.cfg", True).eval(); m.load_weights("${stem}.padded"); ` +
      'ends = [i for i, b in enumerate(m.blocks[2:]) if b["type"] in ("yolo", "region")]; ' +
      "d.get_region_boxes = lambda *_, **__: [m.outputs[i] for i in ends or [max(m.outputs)]]; " +
      `torch.onnx.export(m, (torch.zeros(1, 3, m.height, m.width),), "${stem}.onnx", dynamo=False)`,
    needs: "pip install darknet2any; the .cfg lies beside the .weights, under the same name",
  },
} as const satisfies Readonly<Record<string, ForeignRow>>;

export type ForeignFormat = keyof typeof foreignRows;

/** What is said of a file of such a format. */
export function foreignModel(path: string, format: ForeignFormat): XstarError {
  const row: ForeignRow = foreignRows[format];
  const command = exportCommand(row, path.split(/[\\/]/).at(-1));
  const isPython = command.includes("(");
  return new XstarError("unsupported-model", `"${path}" is ${row.is}`, {
    hint: `${row.way ?? "Export it"}${isPython ? " in Python" : ""}: ${command}${row.needs === undefined ? "" : ` (${row.needs})`}`,
    details: { format },
  });
}

/** The line that writes ONNX of a file; of one whose name says nothing, is wrong, or would be a program, under the usual name. */
export function exportCommand({ command, usual }: ForeignRow, given = usual): string {
  const name = /^\w[\w.-]*\.\w+$/.test(given) && !given.endsWith(".onnx") ? given : usual;
  return command({ name, stem: name.slice(0, name.lastIndexOf(".")) });
}
