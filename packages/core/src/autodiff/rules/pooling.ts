import { Value, type Node } from "../../ir/graph.js";
import { isFloat, type Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { spreadWindows } from "./convolution.js";
import { windowOf, type Window } from "./window.js";

function poolWindow(node: Node): Window {
  const kernel = node.ints("kernel_shape")!;
  return windowOf(node, kernel, node.inputs[0]!.shape.slice(2), node.outputs[0]!.shape.slice(2));
}

/**
 * Each window's cotangent goes to its first maximum in row-major order.
 *
 * Windows that tile the input are compared with their maximum all at once, or undone by MaxUnpool. Others go by the indices that MaxPool can put
 * out; where windows step by one, and on WebGPU (whose MaxPool has no indices), one axis after the other by comparison.
 */
const maxPool: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const window = poolWindow(node);
  if (tiles(window, x!, g)) {
    const exactly = window.kernel.every((k, i) => k * g.shape[i + 2]! === x!.shape[i + 2]);
    const unpools = op.lowering === "cpu" && exactly && size(x!.shape) >= leastToUnpool;
    return [unpools ? unpoolTiles(op, g, x!, node, window) : maxPoolOfTiles(op, g, x!, y!, window)];
  }
  const bySteps = window.strides.every((s) => s === 1) && window.kernel.length === 2 && isFloat(x!);
  if (op.lowering === "webgpu" || bySteps) return [maxPoolByComparison(op, g, x!, window)];
  const places = op.reshape(indicesOf(op, node), [size(g.shape)]);
  const zeros = op.fill([size(x!.shape)], 0, g.dtype);
  return [op.reshape(op.scatterElements(zeros, places, op.reshape(g, [size(g.shape)]), 0, "add"), x!.shape)];
};

/** From this size on MaxUnpool is faster than comparing: a choice between two formulations of the same thing. */
const leastToUnpool = 2 ** 20;

const unpoolTiles = (op: Ops, g: Value, x: Value, node: Node, { kernel, strides }: Window) =>
  op.emit("MaxUnpool", [g, indicesOf(op, node)], [x.type], { kernel_shape: kernel, strides })[0]!;

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

/** Maxima get a number that falls in row-major order within the window; pooling these numbers finds the first one. */
function maxPoolOfTiles(op: Ops, g: Value, x: Value, y: Value, { kernel, strides }: Window): Value {
  const [kh, kw] = kernel as [number, number];
  const [rows, columns] = [kh * g.shape[2]!, kw * g.shape[3]!];
  const covered = op.slice(x, [
    { axis: 2, start: 0, end: rows },
    { axis: 3, start: 0, end: columns },
  ]);
  const order = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return kh * kw - ((row % kh) * kw + (column % kw));
  });
  const rank = op.constant({ dtype: "float32", shape: [1, 1, rows, columns], data: order }, "rank");
  const over = (value: Value) => op.repeat(value, [1, 1, kh, kw]);
  const maxima = op.mul(op.cast(op.equal(covered, over(y)), g.dtype), rank);
  const first = op.equal(maxima, over(op.maxPool(maxima, { kernel, strides })));
  const spread = op.mul(op.cast(first, g.dtype), over(g));
  const none = [0, 0, 0, 0];
  return op.pad(spread, none, [0, 0, x.shape[2]! - rows, x.shape[3]! - columns]);
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

/** Max-pooling is separable: pools axis by axis (bit-exact) and undoes the axes in reverse. */
function maxPoolByComparison(op: Ops, g: Value, x: Value, window: Window): Value {
  const lowest = x.dtype === "float16" ? -65504 : -3.4e38;
  const axes = window.kernel.map((_, i) => i).toReversed();
  const stages: { padded: Value; pooled: Value; axis: number; length: number }[] = [];
  let value = x;
  for (const i of axes) {
    const axis = i + 2;
    const length = value.shape[axis]!;
    const count = g.shape[axis]!;
    const [k, s, d] = [window.kernel[i]!, window.strides[i]!, window.dilations[i]!];
    const end = (count - 1) * s + (k - 1) * d + 1 - length - window.before[i]!;
    const none = value.shape.map(() => 0);
    const padded = op.pad(value, none.with(axis, window.before[i]!), none.with(axis, end), "constant", lowest);
    const single = (n: number) => window.kernel.map((_, j) => (j === i ? n : 1));
    const pooled = op.maxPool(padded, { kernel: single(k), strides: single(s), dilations: single(d) });
    stages.push({ padded, pooled, axis, length });
    value = pooled;
  }
  return stages.reduceRight((cotangent, { padded, pooled, axis, length }) => {
    const i = axis - 2;
    const [k, s, d] = [window.kernel[i]!, window.strides[i]!, window.dilations[i]!];
    const count = pooled.shape[axis]!;
    const whole = Math.max(padded.shape[axis]!, window.before[i]! + length);
    let rest = cotangent;
    const placed = Array.from({ length: k }, (_, a) => {
      const last = a === k - 1;
      const candidate = op.sliceAxis(padded, axis, a * d, a * d + (count - 1) * s + 1, s);
      const mine = last ? rest : op.where(op.equal(candidate, pooled), rest, 0);
      if (!last) rest = op.sub(rest, mine);
      return spread(op, mine, axis, s, a * d, whole);
    });
    const summed = op.sum(placed);
    const start = window.before[i]!;
    return op.sliceAxis(summed, axis, start, start + length);
  }, g);
}

/** Elements along an axis put `stride` apart from `offset` on, in a row of `length` zeros. */
function spread(op: Ops, x: Value, axis: number, stride: number, offset: number, length: number): Value {
  const none = x.shape.map(() => 0);
  const n = x.shape[axis]!;
  let apart = x;
  if (stride > 1) {
    const split = op.reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
    const wide = op.pad(
      split,
      split.shape.map(() => 0),
      split.shape.map((_, i) => (i === axis + 1 ? stride - 1 : 0)),
    );
    apart = op.reshape(wide, x.shape.with(axis, n * stride));
  }
  return op.pad(apart, none.with(axis, offset), none.with(axis, length - offset - apart.shape[axis]!));
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
function spreadEvenly(op: Ops, g: Value, window: Window, spatial: readonly number[]): Value {
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

/** y = (sum |x|^p)^(1/p), so dy/dx = sign(x) (|x| / y)^(p-1); where y is 0, so is the derivative. */
function powerMean(op: Ops, node: Node, g: Value, x: Value, y: Value, spread: (share: Value) => Value): Value {
  const p = node.int("p", 2);
  const norm = op.where(op.equal(y, 0), 1, y);
  if (p === 1) return op.mul(spread(g), op.sign(x));
  if (p === 2) return op.mul(spread(op.div(g, norm)), x);
  const share = spread(op.div(g, op.pow(norm, p - 1)));
  return op.mul(op.mul(share, op.sign(x)), op.pow(op.abs(x), p - 1));
}

const lpPool: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const spatial = x!.shape.slice(2);
  return [powerMean(op, node, g, x!, y!, (share) => spreadEvenly(op, share, poolWindow(node), spatial))];
};

/** Each element was put at its flat place. */
const maxUnpool: VjpRule = (g, { op, inputs: [x, indices] }) => {
  const flat = op.reshape(g, [size(g.shape)]);
  return [op.reshape(op.gather(flat, op.reshape(indices!, [size(x!.shape)])), x!.shape)];
};

export const pooling = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  MaxUnpool: maxUnpool,
  GlobalAveragePool: (g, { op, inputs: [x] }) => [op.expand(op.div(g, size(x!.shape.slice(2))), x!.shape)],
  /** Ties share the cotangent, as in ReduceMax. */
  GlobalMaxPool: (g, { op, inputs: [x], outputs: [y] }) => {
    const axes = x!.shape.slice(2).map((_, i) => i + 2);
    const mask = op.cast(op.equal(x!, y!), g.dtype);
    return [op.mul(op.div(g, op.reduceSum(mask, axes, true)), mask)];
  },
  GlobalLpPool: (g, { op, node, inputs: [x], outputs: [y] }) => [powerMean(op, node, g, x!, y!, (share) => share)],
} satisfies VjpRules;
