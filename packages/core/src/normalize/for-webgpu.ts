import { Graph, type Node, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { writeModel, type WriteOptions } from "../onnx/write.js";
import { sameShape, size, tensor } from "../tensor.js";
import { hasSubgraphs, isWide, narrowed } from "./narrow-integers.js";
import type { Rewrite } from "./rewrite.js";

/** The newest version of the standard operator set of which WebGPU has GridSample. */
const gridSampleOpset = 19;

/** Operators that came, or mean something else, in a later one. */
const later = new Set(
  `AffineGrid Attention BitCast CumProd DFT DequantizeLinear GroupNormalization ImageDecoder QuantizeLinear RMSNormalization
  RegexFullMatch RotaryEmbedding StringConcat StringSplit Swish TensorScatter`.split(/\s+/),
);

/** The graph as an ONNX file for a device. */
export function writeForWebGpu(graph: Graph, options: WriteOptions): Uint8Array {
  const newest = options.opsets.get("") ?? gridSampleOpset;
  const isOlder =
    newest > gridSampleOpset && graph.nodes.every(({ domain, opType }) => domain !== "" || !later.has(opType));
  const opsets = new Map([...options.opsets, ["", isOlder ? gridSampleOpset : newest] as const]);
  return writeModel(forWebGpu(graph, isOlder ? { ...always, ...older } : always), { ...options, opsets });
}

/** A copy of which the inputs of 64-bit whole numbers are of 32 bits; its outputs are what they were. */
function forWebGpu(source: Graph, forms: Readonly<Record<string, Rewrite>>): Graph {
  const graph = new Graph(source.name);
  const op = createOps(graph, "webgpu", "webgpu");
  const narrows = !hasSubgraphs(source);
  const bindings = new Map(
    source.inputs.map((input) => {
      const type = narrows && isWide(input) ? { dtype: "int32" as const, shape: input.shape } : input.type;
      return [input, graph.input(input.name, type)];
    }),
  );
  const map = inline(graph, source, bindings, source.outputs, {
    rewrite(node, inputs) {
      const isTyped = [...node.inputs, ...node.outputs].every((value) => !value || value.type);
      const form = isTyped ? forms[node.qualifiedType]?.(node, inputs as readonly Value[], op) : undefined;
      return form ?? (narrows ? narrowed(node, inputs, op) : undefined);
    },
  });
  for (const output of source.outputs) {
    const made = map.get(output) ?? output;
    const wide = isWide(output) ? op.cast(made, "int64") : made;
    const isOwn = wide.node !== undefined && !graph.outputs.includes(wide);
    if (isOwn && wide.name === output.name) graph.output(wide);
    else graph.publish(wide, output.name);
  }
  return graph;
}

/** Whether the last of a vector of 4 output channels belongs to another group, which it is then computed from. */
const isCut = (perGroup: number) => perGroup > 4 && perGroup % 4 !== 0;

/** With as many output channels more in each group as ONNX Runtime computes rightly, which are dropped afterwards. */
const conv: Rewrite = (node, [x, w, bias], op) => {
  const group = node.int("group", 1);
  const perGroup = w!.shape[0]! / group;
  if (group === 1 || !isCut(perGroup)) return undefined;
  const byGroup = op.reshape(w!, [group, perGroup, ...w!.shape.slice(1)]);
  const wider = widened(op, byGroup, 1, 4 * Math.ceil(perGroup / 4));
  return withoutMore(node, op, {
    x: x!,
    bias,
    group,
    w: op.reshape(wider, [wider.shape[0]! * wider.shape[1]!, ...w!.shape.slice(1)]),
  });
};

const convTranspose: Rewrite = (node, [x, w, bias], op) => {
  const group = node.int("group", 1);
  if (group === 1 || w!.shape[1] !== 1 || w!.shape[0] === group) return undefined;
  return withoutMore(node, op, { x: x!, bias, group, w: widened(op, w!, 1, 2) });
};

/** The convolution by wider weights, of each group the channels that it has without. */
function withoutMore(
  node: Node,
  op: Ops,
  { x, w, bias, group }: { x: Value; w: Value; bias: Value | undefined; group: number },
): Value[] {
  const [n, channels, ...places] = node.outputs[0]!.shape as [number, number, ...number[]];
  const perGroup = node.opType === "Conv" ? w.shape[0]! / group : w.shape[1]!;
  const type = { dtype: x.dtype, shape: [n, group * perGroup, ...places] };
  const [all] = op.repeatNode(node, [x, w], [type]);
  const byGroup = op.reshape(all!, [n, group, perGroup, size(places)]);
  const kept = op.reshape(op.sliceAxis(byGroup, 2, 0, channels / group), [n, channels, ...places]);
  return [bias ? op.add(kept, op.reshape(bias, [channels, ...places.map(() => 1)])) : kept];
}

/** With zeros behind the end of an axis. */
function widened(op: Ops, x: Value, axis: number, length: number): Value {
  const shape = x.shape.with(axis, length - x.shape[axis]!);
  const zeros = op.cast(op.constant(tensor("float32", new Float32Array(size(shape)), shape), "zeros"), x.dtype);
  return op.concat([x, zeros], axis);
}

/** What a reduction over no axes does to an element, which ONNX Runtime leaves out. */
const overNothing =
  (alone: (op: Ops, x: Value) => Value): Rewrite =>
  (node, [x, axes], op) => {
    const isOverNothing = (!axes || size(axes.shape) === 0) && node.int("noop_with_empty_axes", 0) === 1;
    return isOverNothing ? [alone(op, x!)] : undefined;
  };

/** Dimensions of length 1 as long as those of the same letter, with which ONNX Runtime does not broadcast them. */
const einsum: Rewrite = (node, inputs, op) => {
  const equation = node.string("equation", "").replaceAll(" ", "");
  const terms = equation.split("->")[0]!.split(",");
  if (equation.includes(".") || terms.some((term, i) => term.length !== inputs[i]!.rank)) return undefined;
  const lengths = new Map<string, number>();
  for (const [i, term] of terms.entries())
    for (const [axis, letter] of [...term].entries())
      lengths.set(letter, Math.max(lengths.get(letter) ?? 1, inputs[i]!.shape[axis]!));
  const whole = inputs.map((x, i) => {
    const shape = [...terms[i]!].map((letter) => lengths.get(letter)!);
    return sameShape(shape, x.shape) ? x : op.expand(x, shape);
  });
  if (whole.every((x, i) => x === inputs[i])) return undefined;
  return op.repeatNode(node, whole, [node.outputs[0]!.type]);
};

/** Exponents of which there are several are as many as the bases. */
const pow: Rewrite = (node, [x, exponent], op) => {
  const { shape } = node.outputs[0]!;
  if (size(exponent!.shape) === 1 || sameShape(exponent!.shape, shape)) return undefined;
  return op.repeatNode(node, [x, op.expand(exponent!, shape)], [node.outputs[0]!.type]);
};

const always: Readonly<Record<string, Rewrite>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Einsum: einsum,
  Pow: pow,
  ReduceL1: overNothing((op, x) => op.abs(x)),
  ReduceL2: overNothing((op, x) => op.abs(x)),
  ReduceLogSum: overNothing((op, x) => op.log(x)),
  ReduceSumSquare: overNothing((op, x) => op.mul(x, x)),
};

const older: Readonly<Record<string, Rewrite>> = {
  /** The modes had other names. */
  GridSample(node, inputs, op) {
    const names: Readonly<Record<string, string>> = { linear: "bilinear", cubic: "bicubic" };
    const mode = node.string("mode", "linear");
    return op.repeatNode(node, inputs, [node.outputs[0]!.type], [], { mode: names[mode] ?? mode });
  },
  Gelu: (node, [x], op) => [node.string("approximate", "none") === "tanh" ? tanhGelu(op, x!) : gelu(op, x!)],
};

const gelu = (op: Ops, x: Value) => op.mul(op.mul(x, 0.5), op.add(op.erf(op.mul(x, Math.SQRT1_2)), 1));

function tanhGelu(op: Ops, x: Value): Value {
  const cube = op.mul(op.mul(x, x), x);
  const inner = op.mul(op.add(x, op.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return op.mul(op.mul(x, 0.5), op.add(op.tanh(inner), 1));
}
