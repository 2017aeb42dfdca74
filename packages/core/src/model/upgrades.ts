import { constantNumbers, type Node, type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { positiveAxis } from "../ir/ops/index.js";
import { size } from "../tensor.js";

/** Says how a node of an operator set older than `below` is written in the canonical one. */
export interface Upgrade {
  readonly below: number;
  rewrite(node: Node, inputs: readonly Value[], op: Ops): readonly (Value | undefined)[] | undefined;
}

/** The same node with an attribute turned into a constant input, as ONNX did for many operators. */
const attributeToInput =
  (names: readonly string[], kind: "ints" | "floats" = "ints"): Upgrade["rewrite"] =>
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
const flattened: Upgrade["rewrite"] = (node, [x], op) => {
  const axis = positiveAxis(node.int("axis", 1), x!.rank);
  const rows = op.reshape(x!, [size(x!.shape.slice(0, axis)), size(x!.shape.slice(axis))]);
  const y = op.emit(node.opType, [rows], [rows.type], { axis: 1 })[0]!;
  return [op.reshape(y, x!.shape)];
};

/** Clip's bounds were attributes before opset 11. */
const clip: Upgrade["rewrite"] = (node, [x], op) => {
  const bound = (name: string) => (node.attributes.has(name) ? node.float(name, 0) : undefined);
  return [op.clip(x!, bound("min"), bound("max"))];
};

const pad: Upgrade["rewrite"] = (node, [x], op) => {
  const pads = node.ints("pads", []);
  const rank = x!.rank;
  const mode = node.string("mode", "constant") as "constant" | "reflect" | "edge";
  return [op.pad(x!, pads.slice(0, rank), pads.slice(rank), mode, node.float("value", 0))];
};

/** Since opset 18 a Split into equal parts says how many. */
const splitEvenly: Upgrade["rewrite"] = (node, inputs, op) => {
  const axis = positiveAxis(node.int("axis", 0), inputs[0]!.rank);
  const sizes = node.ints("split") ?? constantNumbers(inputs[1]) ?? node.outputs.map((output) => output!.shape[axis]!);
  return op.repeatNode(node, [inputs[0]!, op.ints(sizes)], types(node), ["split"]);
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
  Dropout: [{ below: 12, rewrite: (_, [x]) => [x, undefined] }],
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
