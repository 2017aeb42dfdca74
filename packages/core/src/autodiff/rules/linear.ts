import type { Value } from "../../ir/graph.js";
import { type Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { reach, windowOf, type Window } from "./window.js";

const pads = (before: readonly number[], after: readonly number[]) => [...before, ...after];
const isOne = (n: number) => n === 1;

/** Sum over all axes but the channels: the cotangent of a convolution's bias. */
const biasCotangent = (op: Ops, g: Value) => op.reduceSum(g, [0, ...g.shape.slice(2).map((_, i) => i + 2)]);

/** Spreads a cotangent over the windows it came from: the cotangent of the input of a convolution. */
export function spreadWindows(
  op: Ops,
  g: Value,
  w: Value,
  window: Window,
  spatial: readonly number[],
  group: number,
): Value {
  const extent = reach(window);
  const { strides, dilations, before } = window;
  const lead = extent.map((r, i) => r - 1 - before[i]!);
  const trail = extent.map((r, i) => spatial[i]! - g.shape[i + 2]! - lead[i]! + r - 1);
  if (strides.every(isOne) && [...lead, ...trail].every((pad) => pad >= 0)) {
    return op.conv(g, mirrored(op, w, group), { pads: pads(lead, trail), dilations, group });
  }
  const rest = extent.map((r, i) => (g.shape[i + 2]! - 1) * strides[i]! + r - before[i]! - spatial[i]!);
  return op.convTranspose(g, w, {
    strides,
    dilations,
    group,
    pads: pads(
      before,
      rest.map((n) => Math.max(0, n)),
    ),
    outputPadding: rest.map((n) => Math.max(0, -n)),
  });
}

/** The kernel of the transposed convolution of stride 1: in and out channels of each group swapped, space reversed. */
function mirrored(op: Ops, w: Value, group: number): Value {
  const [o, i, ...kernel] = w.shape as [number, number, ...number[]];
  const space = kernel.map((_, axis) => axis);
  const grouped = op.reshape(w, [group, o / group, i, ...kernel]);
  const swapped = op.reshape(op.transpose(grouped, [0, 2, 1, ...space.map((axis) => axis + 3)]), [
    group * i,
    o / group,
    ...kernel,
  ]);
  const turned = space.filter((axis) => kernel[axis]! > 1).map((axis) => axis + 2);
  return turned.length > 0 ? op.flip(swapped, turned) : swapped;
}

/**
 * The cotangent of a convolution's weight [O, I/group, kernel]: the input correlated with the cotangent, batch and
 * channels trading places, strides and dilations too.
 */
export function correlateWindows(op: Ops, x: Value, g: Value, window: Window, group: number): Value {
  const space = window.kernel.map((_, i) => i);
  const [n, c, ...size] = x.shape as [number, number, ...number[]];
  const [, o, ...windows] = g.shape as [number, number, ...number[]];
  const byGroup = space.map((axis) => axis + 3);
  const input = op.reshape(op.transpose(op.reshape(x, [n, group, c / group, ...size]), [2, 1, 0, ...byGroup]), [
    c / group,
    group * n,
    ...size,
  ]);
  const kernel = op.transpose(g, [1, 0, ...space.map((axis) => axis + 2)]);
  const reached = reach(window);
  const needed = windows.map((count, i) => (count - 1) * window.strides[i]! + reached[i]!);
  const after = needed.map((length, i) => Math.max(0, length - size[i]! - window.before[i]!));
  const full = op.conv(input, op.reshape(kernel, [o, n, ...windows]), {
    strides: window.dilations,
    dilations: window.strides,
    pads: pads(window.before, after),
    group,
  });
  const cropped = op.slice(
    full,
    space.map((axis) => ({ axis: axis + 2, start: 0, end: window.kernel[axis]! })),
  );
  return op.transpose(cropped, [1, 0, ...space.map((axis) => axis + 2)]);
}

const conv: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, w] = inputs as [Value, Value];
  const group = node.int("group", 1);
  const spatial = x.shape.slice(2);
  const window = windowOf(node, w.shape.slice(2), spatial, g.shape.slice(2));
  return [
    needs(0) ? spreadWindows(op, g, w, window, spatial, group) : null,
    needs(1) ? correlateWindows(op, x, g, window, group) : null,
    needs(2) ? biasCotangent(op, g) : null,
  ];
};

/** A transposed convolution is the gradient of a convolution, so its own gradient is that convolution. */
const convTranspose: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, w] = inputs as [Value, Value];
  const group = node.int("group", 1);
  const asked = windowOf(node, w.shape.slice(2), g.shape.slice(2), x.shape.slice(2));
  const window = node.ints("output_shape")
    ? { ...asked, before: padsOfOutputShape(node.string("auto_pad", "NOTSET"), asked, g, x) }
    : asked;
  const after = reach(window).map(
    (r, i) => (x.shape[i + 2]! - 1) * window.strides[i]! + r - g.shape[i + 2]! - window.before[i]!,
  );
  const kept = op.slice(
    g,
    after.map((n, i) => ({ axis: i + 2, start: 0, end: g.shape[i + 2]! + Math.min(0, n) })),
  );
  const { strides, dilations, before } = window;
  return [
    needs(0)
      ? op.conv(kept, w, {
          strides,
          dilations,
          group,
          pads: pads(
            before,
            after.map((n) => Math.max(0, n)),
          ),
        })
      : null,
    needs(1) ? correlateWindows(op, kept, x, window, group) : null,
    needs(2) ? biasCotangent(op, g) : null,
  ];
};

/** ONNX gives the odd pixel to the end for SAME_UPPER and to the beginning otherwise. */
function padsOfOutputShape(auto: string, window: Window, g: Value, x: Value): number[] {
  return reach(window).map((r, i) => {
    const total = Math.max(0, (x.shape[i + 2]! - 1) * window.strides[i]! + r - g.shape[i + 2]!);
    return auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
  });
}

const transposeLast = (op: Ops, x: Value) => {
  const axes = x.shape.map((_, i) => i);
  return op.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** dA = G B^T, dB = A^T G; vectors are taken as a row or a column. */
const matMul: VjpRule = (g, { op, inputs, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const left = a.rank === 1 ? op.unsqueeze(a, [0]) : a;
  const right = b.rank === 1 ? op.unsqueeze(b, [1]) : b;
  const rows = a.rank === 1 ? op.unsqueeze(g, [b.rank === 1 ? g.rank : g.rank - 1]) : g;
  const both = b.rank === 1 ? op.unsqueeze(rows, [rows.rank]) : rows;
  const da = () => op.matMul(both, transposeLast(op, right));
  const db = () => op.matMul(transposeLast(op, left), both);
  return [
    needs(0) ? (a.rank === 1 ? flattenRow(op, da(), a) : da()) : null,
    needs(1) ? (b.rank === 1 ? flattenColumn(op, db(), b) : db()) : null,
  ];
};

/** A vector operand broadcasts over every batch: the sum over the batches, as the vector's shape. */
const flattenRow = (op: Ops, x: Value, vector: Value) =>
  op.reshape(
    op.reduceSum(
      x,
      x.shape.slice(0, -1).map((_, i) => i),
    ),
    vector.shape,
  );
const flattenColumn = (op: Ops, x: Value, vector: Value) =>
  op.reshape(op.reduceSum(x, [...x.shape.slice(0, -2).map((_, i) => i), x.rank - 1]), vector.shape);

const gemm: VjpRule = (g, { op, node, inputs, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const transA = node.int("transA", 0) === 1;
  const transB = node.int("transB", 0) === 1;
  const alpha = node.float("alpha", 1);
  const beta = node.float("beta", 1);
  const da = () =>
    transA ? op.gemm(b, g, { transA: transB, transB: true, alpha }) : op.gemm(g, b, { transB: !transB, alpha });
  const db = () =>
    transB ? op.gemm(g, a, { transA: true, transB: transA, alpha }) : op.gemm(a, g, { transA: !transA, alpha });
  return [needs(0) ? da() : null, needs(1) ? db() : null, needs(2) ? op.mul(g, beta) : null];
};

export const linear = { Conv: conv, ConvTranspose: convTranspose, MatMul: matMul, Gemm: gemm } satisfies VjpRules;
