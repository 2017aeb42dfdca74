import { positiveAxis } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** Elements keep their order: the cotangent takes the input's shape. */
const reshaped: VjpRule = (g, { op, inputs: [x] }) => [op.reshape(g, x!.shape)];

const split: VjpRule = (_, { op, node, outputs, cotangents }) => {
  const parts = outputs.map((output, i) => cotangents[i] ?? op.fill(output.shape, 0, output.dtype));
  return [op.concat(parts, node.int("axis", 0))];
};

export const shape = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: (g, { op, node }) => {
    const permutation = node.ints("perm") ?? g.shape.map((_, i) => g.rank - 1 - i);
    return [
      op.transpose(
        g,
        permutation.map((_, i) => permutation.indexOf(i)),
      ),
    ];
  },
  Trilu: (g, { op, node, inputs: [, k] }) => op.emit("Trilu", [g, k], [g.type], { upper: node.int("upper", 1) }),
  ReverseSequence: (g, { op, node, inputs: [, lengths] }) =>
    op.emit("ReverseSequence", [g, lengths], [g.type], {
      batch_axis: node.int("batch_axis", 1),
      time_axis: node.int("time_axis", 0),
    }),
  /** The walker sums over what Expand repeats. */
  Expand: (g) => [g],
  Tile: (g, { op, inputs: [x] }) => {
    const folds = x!.shape.flatMap((dim, i) => [g.shape[i]! / dim, dim]);
    return [
      op.reduceSum(
        op.reshape(g, folds),
        x!.shape.map((_, i) => 2 * i),
      ),
    ];
  },
  Concat: (g, { op, node, inputs, needs }) => {
    const axis = positiveAxis(node.int("axis", 0), g.rank);
    const sizes = inputs.map((x) => x.shape[axis]!);
    return op.split(g, sizes, axis).map((part, i) => (needs(i) ? part : null));
  },
  Split: split,
  DepthToSpace: (g, { op, node, inputs: [x] }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = node.int("blocksize", 1);
    const inner = c / (b * b);
    const parts = op.reshape(g, [n, inner, h, b, w, b]);
    const order = node.string("mode", "DCR") === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
    return [op.reshape(op.transpose(parts, order), x!.shape)];
  },
  SpaceToDepth: (g, { op, node, inputs: [x] }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = node.int("blocksize", 1);
    const parts = op.reshape(g, [n, b, b, c, h / b, w / b]);
    return [op.reshape(op.transpose(parts, [0, 3, 4, 1, 5, 2]), x!.shape)];
  },
} satisfies VjpRules;
