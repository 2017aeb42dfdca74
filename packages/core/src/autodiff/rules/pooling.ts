import { Value, type Node } from "../../ir/graph.js";
import { isFloat, type Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { spreadWindows } from "./convolution.js";
import { reach, windowOf, type Window } from "../../ir/window.js";

export function poolWindow(node: Node): Window {
  const kernel = node.ints("kernel_shape")!;
  return windowOf(node, kernel, node.inputs[0]!.shape.slice(2), node.outputs[0]!.shape.slice(2));
}

/**
 * Each window's cotangent goes to its first maximum in row-major order.
 *
 * Windows that tile the input are compared with their maximum all at once, others one axis after the other; on CPU, those
 * that are not of images go by the indices that MaxPool can put out, which is slow, and so do those of float16, where ONNX
 * Runtime may have y in float32.
 */
const maxPool: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const window = poolWindow(node);
  if (tiles(window, x!, g)) return [maxPoolOfTiles(op, g, x!, y!, window)];
  const ofImages = window.kernel.length === 2 && isFloat(x!) && x!.dtype !== "float16";
  if (op.lowering === "webgpu" || ofImages) return [maxPoolByComparison(op, g, x!, y!, window)];
  const places = op.reshape(indicesOf(op, node), [size(g.shape)]);
  const zeros = op.fill([size(x!.shape)], 0, g.dtype);
  return [op.reshape(op.scatterElements(zeros, places, op.reshape(g, [size(g.shape)]), 0, "add"), x!.shape)];
};

/** Whether windows stand side by side, without overlap, gaps or padding; what is left over at the end is no matter. */
function tiles({ kernel, strides, dilations, before }: Window, x: Value, g: Value): boolean {
  return (
    x.dtype === "float32" &&
    kernel.length === 2 &&
    kernel.every((k, i) => k === strides[i] && (k === 1 || dilations[i] === 1)) &&
    before.every((pad) => pad === 0) &&
    kernel.every((k, i) => k * g.shape[i + 2]! <= x.shape[i + 2]!)
  );
}

/**
 * Maxima get a number that falls in row-major order within the window; pooling these numbers finds the first one. All
 * channels are pictures of their own: ONNX Runtime would bring them into blocks and back for each pool otherwise.
 */
function maxPoolOfTiles(op: Ops, g: Value, x: Value, y: Value, { kernel, strides }: Window): Value {
  const [kh, kw] = kernel as [number, number];
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [rows, columns] = [kh * g.shape[2]!, kw * g.shape[3]!];
  const planes = (value: Value) => op.reshape(value, [n * c, 1, ...value.shape.slice(2)]);
  const covered = op.slice(planes(x), [
    { axis: 2, start: 0, end: rows },
    { axis: 3, start: 0, end: columns },
  ]);
  const order = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return kh * kw - ((row % kh) * kw + (column % kw));
  });
  const rank = op.constant({ dtype: "float32", shape: [1, 1, rows, columns], data: order }, "rank");
  const over = (value: Value) => op.repeat(value, [1, 1, kh, kw]);
  const maxima = op.mul(op.cast(op.equal(covered, over(planes(y))), g.dtype), rank);
  const first = op.equal(maxima, over(op.maxPool(maxima, { kernel, strides })));
  const spread = op.mul(op.cast(first, g.dtype), over(planes(g)));
  return op.reshape(op.pad(spread, [0, 0, 0, 0], [0, 0, height - rows, width - columns]), x.shape);
}

/** The flat places of the maxima; asks the model's own MaxPool for them rather than pooling twice. */
function indicesOf(op: Ops, node: Node): Value {
  const type = { dtype: "int64", shape: node.outputs[0]!.shape } as const;
  if (node.int("storage_order", 0) === 0) {
    if (!node.outputs[1]) {
      const indices = new Value(op.graph.uniqueName(`${node.outputs[0]!.name}/indices`), type);
      indices.node = node;
      node.outputs[1] = indices;
    }
    return node.outputs[1];
  }
  const { kernel, strides, dilations, before, after } = poolWindow(node);
  return op.emit("MaxPool", [node.inputs[0]], [node.outputs[0]!.type, type], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...before, ...after],
    ceil_mode: node.int("ceil_mode", 0),
  })[1]!;
}

/**
 * Max-pooling is separable: pools axis by axis (bit-exact) and undoes the axes in reverse. The elements of a window that
 * lie `stride` apart are neighbours within one phase of the axis.
 */
function maxPoolByComparison(op: Ops, g: Value, x: Value, y: Value, window: Window): Value {
  const stages: { value: Value; pooled: Value; axis: number }[] = [];
  let value = x;
  for (let axis = x.rank - 1; axis >= 2; axis--) {
    const pooled = axis === 2 ? y : maxPoolAlong(op, value, axis, g.shape[axis]!, window);
    stages.push({ value, pooled, axis });
    value = pooled;
  }
  return stages.reduceRight((cotangent, { value, pooled, axis }) => {
    const i = axis - 2;
    const [k, s, d] = [window.kernel[i]!, window.strides[i]!, window.dilations[i]!];
    const phases = splitPhases(op, value, axis, s, lowestOf(value));
    const placed: Value[][] = phases.map(() => []);
    let rest = cotangent;
    for (let a = 0; a < k; a++) {
      const offset = a * d - window.before[i]!;
      const turn = Math.floor(offset / s);
      const at = offset - turn * s;
      let mine = rest;
      if (a < k - 1) {
        const candidate = shifted(op, phases[at]!, axis, -turn, pooled.shape[axis]!, lowestOf(value));
        mine = op.where(op.equal(candidate, pooled), rest, 0);
        rest = op.sub(rest, mine);
      }
      placed[at]!.push(shifted(op, mine, axis, turn, phases[at]!.shape[axis]!));
    }
    const sums = placed.map((terms, at) => (terms.length > 0 ? op.sum(terms) : op.fill(phases[at]!.shape, 0, g.dtype)));
    return shifted(op, joinPhases(op, sums, axis), axis, 0, value.shape[axis]!);
  }, g);
}

/** Where a window lies outside of the picture. */
const lowestOf = (x: Value) => (x.dtype === "float16" ? -65504 : -3.4e38);

/** What the pool gives along one axis. ONNX Runtime pads by less than the kernel, which a dilated window may reach beyond. */
function maxPoolAlong(op: Ops, x: Value, axis: number, count: number, window: Window): Value {
  const i = axis - 2;
  const along = (numbers: readonly number[], rest = 1) => numbers.map((n, j) => (j === i ? n : rest));
  const last = (count - 1) * window.strides[i]! + reach(window)[i]! - x.shape[axis]! - window.before[i]!;
  const end = Math.max(0, last);
  const canPad = end < window.kernel[i]!;
  const source = canPad ? x : shifted(op, x, axis, 0, x.shape[axis]! + end, lowestOf(x));
  const after = window.kernel.map(() => (canPad ? end : 0));
  return op.maxPool(source, {
    kernel: along(window.kernel),
    strides: along(window.strides),
    dilations: along(window.dilations),
    pads: [...along(window.before, 0), ...along(after, 0)],
  });
}

/** Elements moved by `offset` along an axis, in a row of `length`; what leaves it is lost. */
function shifted(op: Ops, x: Value, axis: number, offset: number, length: number, fill = 0): Value {
  const after = length - offset - x.shape[axis]!;
  if (offset === 0 && after === 0) return x;
  const inner = size(x.shape.slice(axis + 1));
  const flat = op.reshape(x, [size(x.shape.slice(0, axis)), x.shape[axis]! * inner]);
  const moved = op.pad(flat, [0, offset * inner], [0, after * inner], "constant", fill);
  return op.reshape(moved, x.shape.with(axis, length));
}

/** Every `stride`-th element along an axis, from the first, the second, ... on; all of one length. */
function splitPhases(op: Ops, x: Value, axis: number, stride: number, fill: number): Value[] {
  if (stride === 1) return [x];
  const count = Math.ceil(x.shape[axis]! / stride);
  const whole = shifted(op, x, axis, 0, count * stride, fill);
  const rows = op.reshape(whole, [...x.shape.slice(0, axis), count, stride, ...x.shape.slice(axis + 1)]);
  const ones = Array.from({ length: stride }, () => 1);
  return op.split(rows, ones, axis + 1).map((phase) => op.squeeze(phase, [axis + 1]));
}

/** The inverse of `splitPhases`. */
function joinPhases(op: Ops, phases: readonly Value[], axis: number): Value {
  const [first] = phases as [Value, ...Value[]];
  const rows = op.concat(
    phases.map((phase) => op.unsqueeze(phase, [axis + 1])),
    axis + 1,
  );
  return op.reshape(rows, first.shape.with(axis, first.shape[axis]! * phases.length));
}

/** The mean's share goes to every element of the window: the number that each window divided by is known. */
const averagePool: VjpRule = (g, { op, node, inputs: [x] }) => {
  const window = poolWindow(node);
  const spatial = x!.shape.slice(2);
  const share = op.mul(g, inverseCounts(op, node, window, spatial, g));
  const tiles = window.kernel.every((k, i) => k === window.strides[i] && k * g.shape[i + 2]! === spatial[i]);
  if (tiles && window.before.every((pad) => pad === 0)) return [op.repeat(share, [1, 1, ...window.kernel])];
  return [spreadEvenly(op, share, window, spatial)];
};

/** Every element of a window gets what its window has. */
export function spreadEvenly(op: Ops, g: Value, window: Window, spatial: readonly number[]): Value {
  const c = g.shape[1]!;
  const ones = op.expand(op.scalar(1, g.dtype), [c, 1, ...window.kernel]);
  return spreadWindows(op, g, ones, window, spatial, c);
}

/** 1 / (the number of elements that each window's mean divided by), [1, 1, windows]. */
function inverseCounts(op: Ops, node: Node, window: Window, spatial: readonly number[], g: Value): Value {
  const counts = node.int("count_include_pad", 0) === 1 ? "padding too" : "elements";
  const perAxis = window.kernel.map((k, i) =>
    Array.from({ length: g.shape[i + 2]! }, (_, at) => {
      const start = at * window.strides[i]! - window.before[i]!;
      const [low, high] =
        counts === "elements" ? [0, spatial[i]!] : [-window.before[i]!, spatial[i]! + window.after[i]!];
      // of start, start + d, ..., those from low to below high
      const d = window.dilations[i]!;
      const first = Math.max(0, Math.ceil((low - start) / d));
      return Math.max(0, Math.min(k, Math.ceil((high - start) / d)) - first);
    }),
  );
  const even = perAxis.every((axis) => axis.every((n) => n === axis[0]));
  if (even) return op.scalar(1 / perAxis.reduce((count, [n]) => count * n!, 1), g.dtype);
  const total = perAxis.reduce((rows, axis) => rows.flatMap((n) => axis.map((m) => n * m)), [1]);
  const data = Float32Array.from(total, (n) => 1 / n);
  return op.cast(
    op.constant({ dtype: "float32", shape: [1, 1, ...g.shape.slice(2)], data }, "inverse_counts"),
    g.dtype,
  );
}

export const pooling = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: (g, { op, inputs: [x] }) => [op.expand(op.div(g, size(x!.shape.slice(2))), x!.shape)],
  /** Ties share the cotangent, as in ReduceMax. */
  GlobalMaxPool: (g, { op, inputs: [x], outputs: [y] }) => {
    const axes = x!.shape.slice(2).map((_, i) => i + 2);
    const mask = op.cast(op.equal(x!, y!), g.dtype);
    return [op.mul(op.div(g, op.reduceSum(mask, axes, true)), mask)];
  },
} satisfies VjpRules;
