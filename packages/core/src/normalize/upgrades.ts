import type { Rewrite, Upgrade } from "./rewrite.js";
import { constantNumbers, type Node, type Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";
import { size } from "../tensor.js";
import { isTraining, normalizeByBatch } from "./batch-normalization.js";
import { roiAlign } from "./roi-align.js";
import { fourierAlong } from "./spectral.js";

/** The same node with an attribute turned into a constant input, as ONNX did for many operators. */
const attributeToInput =
  (names: readonly string[], kind: "ints" | "floats" = "ints"): Rewrite =>
  (node, inputs, op) => {
    const added = names.map((name) => {
      const values = kind === "ints" ? node.ints(name) : node.floats(name);
      if (!values) return undefined;
      return kind === "ints"
        ? op.ints(values)
        : op.constant({ dtype: "float32", shape: [values.length], data: Float32Array.from(values) });
    });
    return op.repeatNode(node, [...inputs.slice(0, 1), ...added], types(node), names);
  };

const types = (node: Node) => node.outputs.map((output) => output?.type);

/** Before opset 13 Softmax and its kin flattened everything from the axis on into one. */
const flattened: Rewrite = (node, [x], op) => {
  const axis = positiveAxis(node.int("axis", 1), x!.rank);
  const rows = op.reshape(x!, [size(x!.shape.slice(0, axis)), size(x!.shape.slice(axis))]);
  const y = op.emit(node.opType, [rows], [rows.type], { axis: 1 })[0]!;
  return [op.reshape(y, x!.shape)];
};

/** Clip's bounds were attributes before opset 11. */
const clip: Rewrite = (node, [x], op) => {
  const bound = (name: string) => (node.attributes.has(name) ? node.float(name, 0) : undefined);
  return [op.clip(x!, bound("min"), bound("max"))];
};

const pad: Rewrite = (node, [x], op) => {
  const pads = node.ints("pads", []);
  const rank = x!.rank;
  const mode = node.string("mode", "constant") as "constant" | "reflect" | "edge";
  return [op.pad(x!, pads.slice(0, rank), pads.slice(rank), mode, node.float("value", 0))];
};

/** Since opset 18 a Split into equal parts says how many. */
const splitEvenly: Rewrite = (node, inputs, op) => {
  const axis = positiveAxis(node.int("axis", 0), inputs[0]!.rank);
  const sizes = node.ints("split") ?? constantNumbers(inputs[1]) ?? node.outputs.map((output) => output!.shape[axis]!);
  return op.repeatNode(node, [inputs[0]!, op.ints(sizes)], types(node), ["split"]);
};

/** TopK's k became an input. */
const topK: Rewrite = (node, [x], op) => op.repeatNode(node, [x, op.ints([node.int("k", 1)])], types(node), ["k"]);

/** Before opset 9 the statistics could be given for every element instead of every channel (spatial = 0). */
const batchNormalization: Rewrite = (node, inputs, op) => {
  const [x, scale, bias, mean, variance] = inputs as [Value, Value, Value, Value, Value];
  if (node.int("spatial", 1) === 1) {
    if (isTraining(node)) return normalizeByBatch(node, inputs, op);
    const only = ["spatial", "is_test", "consumed_inputs"];
    return [op.repeatNode(node, inputs, types(node).slice(0, 1), only)[0]];
  }
  const deviation = op.sqrt(op.add(variance, node.float("epsilon", 1e-5)));
  return [op.add(op.mul(op.div(op.sub(x, mean), deviation), scale), bias)];
};

/** Before opset 9 it was said whether channels are taken together, not along which axes. */
const meanVariance: Rewrite = (node, [x], op) => {
  const across = node.int("across_channels", 0) === 1;
  const axes = x!.shape.map((_, i) => i).filter((i) => (across ? i > 0 : i > 1));
  const centered = op.sub(x!, op.reduceMean(x!, axes, true));
  if (node.int("normalize_variance", 1) === 0) return [centered];
  const deviation = op.sqrt(op.reduceMean(op.mul(centered, centered), axes, true));
  return [op.div(centered, op.add(deviation, 1e-9))];
};

/** Upsample, and Resize before opset 11: coordinates are divided by the scales, and rounded up where they shrink. */
const resizeByScales: Rewrite = (node, [x, given], op) => {
  const scales = node.floats("scales") ?? constantNumbers(given);
  if (!scales) return undefined;
  const { shape } = node.outputs[0]!;
  const mode = node.string("mode", "nearest") === "nearest" ? "nearest" : "linear";
  const resize = (value: Value, applies: (scale: number) => boolean, rounding: string) => {
    const used = scales.map((scale) => (applies(scale) ? scale : 1));
    if (used.every((scale) => scale === 1)) return value;
    const to = value.shape.map((dim, i) => (applies(scales[i]!) ? shape[i]! : dim));
    // sizes say the same where the scale is their ratio, and are not rounded
    const isRatio = used.every((scale, i) => Math.abs((to[i]! / value.shape[i]! - scale) / scale) < 2 ** -22);
    const factors = op.constant({ dtype: "float32", shape: [used.length], data: Float32Array.from(used) }, "scales");
    const target = isRatio ? [undefined, op.ints(to)] : [factors];
    return op.emit("Resize", [value, undefined, ...target], [{ dtype: value.dtype, shape: to }], {
      mode,
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: rounding,
    })[0]!;
  };
  if (mode === "linear") return [resize(x!, () => true, "floor")];
  const grown = resize(x!, (scale) => scale >= 1, "floor");
  return [resize(grown, (scale) => scale < 1, "ceil")];
};

/** The modes were renamed. */
const gridSample: Rewrite = (node, inputs, op) => {
  const names: Readonly<Record<string, string>> = { bilinear: "linear", bicubic: "cubic" };
  const mode = node.string("mode", "bilinear");
  const padding_mode = node.string("padding_mode", "zeros");
  const align_corners = node.int("align_corners", 0);
  return op.emit("GridSample", inputs, types(node), { mode: names[mode] ?? mode, padding_mode, align_corners });
};

const reduceAxes = (below: number): readonly Upgrade[] => [{ below, rewrite: attributeToInput(["axes"]) }];

/** Upgrades by operator; the first row whose `below` is above the model's opset applies. */
export const upgrades: Readonly<Record<string, readonly Upgrade[]>> = {
  Softmax: [{ below: 13, rewrite: flattened }],
  LogSoftmax: [{ below: 13, rewrite: flattened }],
  Hardmax: [{ below: 13, rewrite: flattened }],
  Clip: [{ below: 11, rewrite: clip }],
  Pad: [{ below: 11, rewrite: pad }],
  Split: [{ below: 18, rewrite: splitEvenly }],
  Slice: [{ below: 10, rewrite: attributeToInput(["starts", "ends", "axes"]) }],
  Squeeze: [{ below: 13, rewrite: (node, [x], op) => [op.reshape(x!, node.outputs[0]!.shape)] }],
  Unsqueeze: [{ below: 13, rewrite: (node, [x], op) => [op.reshape(x!, node.outputs[0]!.shape)] }],
  TopK: [{ below: 10, rewrite: topK }],
  BatchNormalization: [{ below: 9, rewrite: batchNormalization }],
  MeanVarianceNormalization: [{ below: 9, rewrite: meanVariance }],
  Upsample: [{ below: 10, rewrite: resizeByScales }],
  Resize: [{ below: 11, rewrite: resizeByScales }],
  GridSample: [{ below: 20, rewrite: gridSample }],
  DFT: [{ below: 20, rewrite: fourierAlong }],
  RoiAlign: [{ below: 16, rewrite: roiAlign("output_half_pixel") }],
  ReduceSum: reduceAxes(13),
  ReduceMean: reduceAxes(18),
  ReduceMax: reduceAxes(18),
  ReduceMin: reduceAxes(18),
  ReduceProd: reduceAxes(18),
  ReduceL1: reduceAxes(18),
  ReduceL2: reduceAxes(18),
  ReduceSumSquare: reduceAxes(18),
  ReduceLogSum: reduceAxes(18),
  ReduceLogSumExp: reduceAxes(18),
};
