import { activation } from "../autodiff/rules/activation.js";
import { pointwise } from "../autodiff/rules/pointwise.js";
import { reach, windowOf } from "../ir/window.js";
import { constantNumbers, type Node, type Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";
import { size, type Shape } from "../tensor.js";

/** What position p of a layer sees along an axis of a value: from `stride p + first` to `stride p + last`. */
export interface Sight {
  readonly axis: number;
  readonly stride: number;
  readonly first: number;
  readonly last: number;
}

interface Edge {
  readonly node: Node;
  readonly x: Value;
  readonly y: Value;
}

/** What is seen of the first input of a node, given what is seen of its output; undefined for all of it. */
type Step = (sight: Sight, edge: Edge) => Sight | undefined;

/**
 * What is seen of an input of a node, given what is seen of its output: the formulas of Araujo, Norris and Sim, "Computing
 * Receptive Fields of Convolutional Neural Networks", Distill 2019. Undefined where that is everything, or not known.
 */
export function stepBack(sight: Sight, node: Node, x: Value, y: Value): Sight | undefined {
  if (node.domain !== "" || !x.type || !y.type) return undefined;
  if (samePlace.has(node.opType)) return broadcast(sight, { node, x, y });
  return x === node.inputs[0] || node.opType === "Concat" ? steps[node.opType]?.(sight, { node, x, y }) : undefined;
}

/** Operators whose output at a position needs their inputs at this position only. */
const samePlace: ReadonlySet<string> = new Set([
  ...Object.keys(pointwise),
  ...Object.keys(activation),
  "BatchNormalization",
  "DequantizeLinear",
  "Dropout",
  "Expand",
  "LRN",
  "QuantizeLinear",
]);

const broadcast: Step = (sight, { x, y }) => {
  const axis = sight.axis - y.rank + x.rank;
  return x.shape[axis] === y.shape[sight.axis] ? { ...sight, axis } : undefined;
};

/** Windows over the spatial axes of [N, C, ...]; `kernel` are their sizes. */
const windows =
  (kernel: (node: Node) => readonly number[]): Step =>
  (sight, { node, x, y }) => {
    const i = sight.axis - 2;
    if (i < 0) return undefined;
    const window = windowOf(node, kernel(node), x.shape.slice(2), y.shape.slice(2));
    const [stride, start] = [window.strides[i]!, -window.before[i]!];
    return {
      axis: sight.axis,
      stride: stride * sight.stride,
      first: stride * sight.first + start,
      last: stride * sight.last + start + reach(window)[i]! - 1,
    };
  };

const convKernel = (node: Node) => node.inputs[1]!.shape.slice(2);
const poolKernel = (node: Node) => node.ints("kernel_shape", []);

const transposedConv: Step = (sight, { node, x, y }) => {
  const i = sight.axis - 2;
  if (i < 0 || node.ints("output_shape")) return undefined;
  const window = windowOf(node, convKernel(node), y.shape.slice(2), x.shape.slice(2));
  const [stride, before] = [window.strides[i]!, window.before[i]!];
  return {
    axis: sight.axis,
    stride: sight.stride / stride,
    first: (sight.first + before - reach(window)[i]! + 1) / stride,
    last: (sight.last + before) / stride,
  };
};

const transpose: Step = (sight, { node, x }) => {
  const perm = node.ints("perm") ?? x.shape.map((_, i) => x.rank - 1 - i);
  return { ...sight, axis: perm[sight.axis]! };
};

/** The axis of the input that the output's axis is, where a new shape leaves it whole. */
const reshape: Step = (sight, { x, y }) => {
  const before = (shape: Shape, axis: number) => size(shape.slice(0, axis));
  const wanted = before(y.shape, sight.axis);
  const axis = x.shape.findIndex((dim, i) => dim === y.shape[sight.axis] && before(x.shape, i) === wanted);
  return axis < 0 ? undefined : { ...sight, axis };
};

/** Operators that mix positions along the axis `of` only. */
const mixing =
  (of: (edge: Edge) => number): Step =>
  (sight, edge) =>
    positiveAxis(of(edge), edge.x.rank) === sight.axis ? undefined : sight;

/** Operators that mix positions along an axis and all behind it. */
const mixingFrom: Step = (sight, { node, x }) =>
  sight.axis < positiveAxis(node.int("axis", -1), x.rank) ? sight : undefined;

const reduce: Step = (sight, { node, x }) => {
  const axes = (node.ints("axes") ?? constantNumbers(node.inputs[1]) ?? []).map((axis) => positiveAxis(axis, x.rank));
  const kept = x.shape.map((_, i) => i).filter((i) => node.int("keepdims", 1) === 1 || !axes.includes(i));
  const axis = kept[sight.axis];
  return axes.length === 0 || axis === undefined || axes.includes(axis) ? undefined : { ...sight, axis };
};

/** The features of every position, multiplied by a matrix. */
const matMul: Step = (sight, { node, x }) =>
  node.inputs[1]!.constant && node.inputs[1]!.rank === 2 && sight.axis < x.rank - 1 ? sight : undefined;

const pad: Step = (sight, { node, x }) => {
  const amounts = constantNumbers(node.inputs[1]);
  const axes = constantNumbers(node.inputs[3]) ?? x.shape.map((_, i) => i);
  const at = axes.findIndex((axis) => positiveAxis(axis, x.rank) === sight.axis);
  if (!amounts || node.string("mode", "constant") === "wrap") return undefined;
  return at < 0 ? sight : moved(sight, -amounts[at]!);
};

const slice: Step = (sight, { node, x }) => {
  const [starts, ends] = [constantNumbers(node.inputs[1]), constantNumbers(node.inputs[2])];
  if (!starts || !ends) return undefined;
  const axes = constantNumbers(node.inputs[3]) ?? starts.map((_, i) => i);
  const at = axes.findIndex((axis) => positiveAxis(axis, x.rank) === sight.axis);
  if (at < 0) return sight;
  const [step, start, length] = [constantNumbers(node.inputs[4])?.[at] ?? 1, starts[at]!, x.shape[sight.axis]!];
  const from = Math.min(length, Math.max(0, start < 0 ? start + length : start));
  return step > 0 ? moved(scaled(sight, step), from) : undefined;
};

const depthToSpace: Step = (sight, { node }) => {
  const block = node.int("blocksize", 1);
  return sight.axis < 2 ? undefined : scaled({ ...sight, first: sight.first - block + 1 }, 1 / block);
};

const spaceToDepth: Step = (sight, { node }) => {
  const block = node.int("blocksize", 1);
  const wider = scaled(sight, block);
  return sight.axis < 2 ? undefined : { ...wider, last: wider.last + block - 1 };
};

/** How far from its coordinate an interpolation reads, in elements of the input. */
const interpolationReach: Readonly<Record<string, number>> = { nearest: 1, linear: 1, cubic: 2 };

const resize: Step = (sight, { node, x, y }) => {
  const axes = (node.ints("axes") ?? x.shape.map((_, i) => i)).map((axis) => positiveAxis(axis, x.rank));
  const [from, to, at] = [x.shape[sight.axis]!, y.shape[sight.axis]!, axes.indexOf(sight.axis)];
  const scale = constantNumbers(node.inputs[2])?.[at] ?? to / from;
  if (at < 0 || (from === to && scale === 1)) return sight;
  const coordinates = node.string("coordinate_transformation_mode", "half_pixel");
  const between = coordinateSteps(coordinates, { from, to, scale });
  if (!between || node.string("keep_aspect_ratio_policy", "stretch") !== "stretch") return undefined;
  const mode = node.string("mode", "nearest");
  const rounds = mode === "nearest" && node.string("nearest_mode", "round_prefer_floor").startsWith("round");
  const shrinks = node.int("antialias", 0) === 1 ? Math.max(1, 1 / scale) : 1;
  const margin = rounds ? 0.5 : interpolationReach[mode]! * shrinks;
  const { first, last, ...rest } = moved(scaled(sight, between.step), between.start);
  return { ...rest, first: first - margin, last: last + margin };
};

/** Where the elements of a resized axis lie on the axis before: at `step i + start`. */
function coordinateSteps(mode: string, { from, to, scale }: { from: number; to: number; scale: number }) {
  if (mode === "asymmetric") return { step: 1 / scale, start: 0 };
  if (mode === "align_corners") return to > 1 ? { step: (from - 1) / (to - 1), start: 0 } : undefined;
  const isCentred = mode === "half_pixel" || (mode.includes("half_pixel") && to > 1 && to === from * scale);
  return isCentred ? { step: 1 / scale, start: 0.5 / scale - 0.5 } : undefined;
}

const scaled = ({ axis, stride, first, last }: Sight, by: number): Sight => ({
  axis,
  stride: stride * by,
  first: first * by,
  last: last * by,
});

const moved = (sight: Sight, by: number): Sight => ({ ...sight, first: sight.first + by, last: sight.last + by });

const attributeAxis =
  (fallback: number) =>
  ({ node }: Edge) =>
    node.int("axis", fallback);

/** How operators that are not pointwise look at their first input; of others everything is seen. */
const steps: Readonly<Record<string, Step>> = {
  Conv: windows(convKernel),
  ConvTranspose: transposedConv,
  MaxPool: windows(poolKernel),
  AveragePool: windows(poolKernel),
  LpPool: windows(poolKernel),
  Concat: mixing(attributeAxis(0)),
  Split: mixing(attributeAxis(0)),
  Softmax: mixing(attributeAxis(-1)),
  LogSoftmax: mixing(attributeAxis(-1)),
  LpNormalization: mixing(attributeAxis(-1)),
  LayerNormalization: mixingFrom,
  RMSNormalization: mixingFrom,
  ReduceMean: reduce,
  ReduceSum: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceL2: reduce,
  MatMul: matMul,
  Transpose: transpose,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Pad: pad,
  Slice: slice,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Resize: resize,
};
