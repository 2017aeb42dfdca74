import type { Value } from "../../ir/graph.js";
import { reach, windowOf, type Window } from "../../ir/window.js";
import { size, tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { biasCotangent, correlateWindows, pads } from "./convolution.js";
import { known } from "./known.js";

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

export const transposedConvolution = { ConvTranspose: convTranspose, Col2Im: col2Im } satisfies VjpRules;
