import { sliceRanges } from "../autodiff/rules/slicing.js";
import { constantNumbers, constantTensor, type Node, type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { numbers, sameShape, size, tensor } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

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

/** Steps backwards are of one element: ONNX Runtime takes others wrongly. */
const slice: Rewrite = (node, [x, ...places], op) => {
  if (!places.every((place) => !place || constantNumbers(place))) return undefined;
  const ranges = sliceRanges(node);
  if (!ranges.some(({ step }) => step < -1) || ranges.some(({ count }) => count === 0)) return undefined;
  const forwards = ranges.map(({ axis, start, step, count }) => {
    const end = start + step * (count - 1);
    return { axis, start: Math.min(start, end), end: Math.max(start, end) + 1, step: Math.abs(step) };
  });
  const backwards = ranges.filter(({ step }) => step < 0).map(({ axis }) => axis);
  return [op.flip(op.slice(x!, forwards), backwards)];
};

/** The processor copies what keeps its shape; and of channels that come last the device makes others. */
const resize: Rewrite = (node, [x, , ...by], op) => {
  const { shape } = node.outputs[0]!;
  if (node.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize") return undefined;
  if (sameShape(shape, x!.shape)) return [x!];
  const known = by.map((one) => one && constantTensor(one));
  const isLast = x!.rank === 4 && shape[1] !== x!.shape[1] && shape[3] === x!.shape[3] && !node.ints("axes");
  if (!isLast || known.some((one, i) => by[i] && one?.shape[0] !== 4)) return undefined;
  const first = [0, 3, 1, 2];
  const moved = known.map((one) => {
    const values = one && numbers(one);
    return (
      values &&
      op.constant(
        tensor(
          one.dtype as "float32",
          first.map((axis) => values[axis]!),
          [4],
        ),
        "moved",
      )
    );
  });
  const type = { dtype: x!.dtype, shape: first.map((axis) => shape[axis]!) };
  const [made] = op.repeatNode(node, [op.transpose(x!, first), undefined, ...moved], [type]);
  return [op.transpose(made!, [0, 2, 3, 1])];
};

/** Exponents of which there are several are as many as the bases. */
const pow: Rewrite = (node, [x, exponent], op) => {
  const { shape } = node.outputs[0]!;
  if (size(exponent!.shape) === 1 || sameShape(exponent!.shape, shape)) return undefined;
  return op.repeatNode(node, [x, op.expand(exponent!, shape)], [node.outputs[0]!.type]);
};

/** What takes the place of an operator, in every graph. */
export const always: Readonly<Record<string, Rewrite>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Einsum: einsum,
  Pow: pow,
  Resize: resize,
  Slice: slice,
  // what follows is right there, but left to the processor
  Sum: (_, inputs, op) => [op.sum(inputs)],
  Mean: (_, inputs, op) => [op.mul(op.sum(inputs), 1 / inputs.length)],
  LogSoftmax: (node, [x], op) => [op.logSoftmax(x!, node.int("axis", -1))],
  Softsign: (_, [x], op) => [op.div(x!, op.add(op.abs(x!), 1))],
  Round: (_, [x], op) => [op.round(x!)],
  Sign: (_, [x], op) => [op.sign(x!)],
  ReduceL1: overNothing((op, x) => op.abs(x)),
  ReduceL2: overNothing((op, x) => op.abs(x)),
  ReduceLogSum: overNothing((op, x) => op.log(x)),
  ReduceSumSquare: overNothing((op, x) => op.mul(x, x)),
};

/** And of those that an older operator set has otherwise. */
export const older: Readonly<Record<string, Rewrite>> = {
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
