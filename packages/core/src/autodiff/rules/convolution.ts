import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { size, tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { known } from "./known.js";
import { reach, windowOf, type Window } from "../../ir/window.js";

const pads = (before: readonly number[], after: readonly number[]) => [...before, ...after];
const isOne = (n: number) => n === 1;

/** Sum over all axes but the channels: the cotangent of a convolution's bias. */
const biasCotangent = (op: Ops, g: Value) => {
  const [n, c, ...space] = g.shape as [number, number, ...number[]];
  return op.reduceSum(op.reduceSum(op.reshape(g, [n, c, size(space)]), [2]), [0]);
};

/**
 * From this many input channels on the mirrored kernel is faster on CPU, which rounds channels up to 8 or 16: a choice
 * between two formulations of the same thing.
 */
const leastToMirror = 9;

/**
 * Spreads a cotangent over the windows it came from: the cotangent of the input of a convolution. With stride 1 that is
 * a convolution with the mirrored kernel, which is mostly faster where the kernel is fixed and so mirrored once.
 */
export function spreadWindows(
  op: Ops,
  g: Value,
  w: Value,
  window: Window,
  spatial: readonly number[],
  group: number,
  isFixed = true,
): Value {
  const extent = reach(window);
  const { strides, dilations, before } = window;
  const lead = extent.map((r, i) => r - 1 - before[i]!);
  const trail = extent.map((r, i) => spatial[i]! - g.shape[i + 2]! - lead[i]! + r - 1);
  const mirrors = isFixed && (op.lowering === "webgpu" || group > 1 || w.shape[1]! >= leastToMirror);
  if (mirrors && strides.every(isOne) && [...lead, ...trail].every((pad) => pad >= 0)) {
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
function correlateWindows(op: Ops, x: Value, g: Value, window: Window, group: number): Value {
  if (op.lowering === "cpu" && group === 1 && window.kernel.length === 2) return correlateBySample(op, x, g, window);
  const space = window.kernel.map((_, i) => i);
  const [n, c, ...dims] = x.shape as [number, number, ...number[]];
  const [, o, ...windows] = g.shape as [number, number, ...number[]];
  const byGroup = space.map((axis) => axis + 3);
  const input = op.reshape(op.transpose(op.reshape(x, [n, group, c / group, ...dims]), [2, 1, 0, ...byGroup]), [
    c / group,
    group * n,
    ...dims,
  ]);
  const kernel = op.transpose(g, [1, 0, ...space.map((axis) => axis + 2)]);
  const reached = reach(window);
  const needed = windows.map((count, i) => (count - 1) * window.strides[i]! + reached[i]!);
  const after = needed.map((length, i) => Math.max(0, length - dims[i]! - window.before[i]!));
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

/**
 * The same for images, 1.2 to 1.6 times as fast on CPU: every picture is a group of its own in one convolution, its channels
 * a third spatial axis (where there are several); the sum over the pictures comes last.
 */
function correlateBySample(op: Ops, x: Value, g: Value, window: Window): Value {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [, o, rows, columns] = g.shape as [number, number, number, number];
  const [kh, kw] = window.kernel as [number, number];
  const depth = c === 1 ? [] : [c];
  const flat = depth.map(() => 1);
  const none = depth.map(() => 0);
  const input = op.reshape(op.transpose(x, [0, 2, 3, 1]), [1, n, height, width, ...depth]);
  const kernel = op.reshape(g, [n * o, 1, rows, columns, ...flat]);
  const reached = reach(window);
  const after = [height, width].map((length, i) =>
    Math.max(0, (g.shape[i + 2]! - 1) * window.strides[i]! + reached[i]! - length - window.before[i]!),
  );
  const each = op.conv(input, kernel, {
    strides: [...window.dilations, ...flat],
    dilations: [...window.strides, ...flat],
    pads: pads([...window.before, ...none], [...after, ...none]),
    group: n,
  });
  const cropped = op.slice(each, [
    { axis: 2, start: 0, end: kh },
    { axis: 3, start: 0, end: kw },
  ]);
  const sum = op.reduceSum(op.reshape(cropped, [n, o, kh * kw * c]), [0]);
  return op.transpose(op.reshape(sum, [o, kh, kw, c]), [0, 3, 1, 2]);
}

const conv: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, w] = inputs as [Value, Value];
  const group = node.int("group", 1);
  const spatial = x.shape.slice(2);
  const window = windowOf(node, w.shape.slice(2), spatial, g.shape.slice(2));
  return [
    needs(0) ? spreadWindows(op, g, w, window, spatial, group, !needs(1)) : null,
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

/** Puts the patches back that Col2Im adds up: each becomes a channel, by a convolution with one 1 in each kernel. */
const col2Im: VjpRule = (g, { op, node, inputs: [x] }) => {
  const c = g.shape[1]!;
  const block = known(node, 2, "block sizes");
  const k = size(block);
  const hot = Float32Array.from({ length: c * k * k }, (_, i) => (Math.floor(i / k) % k === i % k ? 1 : 0));
  const w = op.cast(op.constant(tensor("float32", hot, [c * k, 1, ...block]), "patches"), g.dtype);
  const patches = op.conv(g, w, {
    strides: node.ints("strides"),
    pads: node.ints("pads"),
    dilations: node.ints("dilations"),
    group: c,
  });
  return [op.reshape(patches, x!.shape)];
};

export const convolution = { Conv: conv, ConvTranspose: convTranspose, Col2Im: col2Im } satisfies VjpRules;
