import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

/** A convolution whose kernel's elements lie elsewhere at every place: one GridSample of all, then a matrix product. */
export const deformConv: Rewrite = (node, [x, w, offset, bias, mask], op) => {
  const [n, channels, height, width] = x!.shape as [number, number, number, number];
  const [outputs, , kernelHeight, kernelWidth] = w!.shape as [number, number, number, number];
  const [rows, columns] = node.outputs[0]!.shape.slice(2) as [number, number];
  const [taps, places] = [kernelHeight * kernelWidth, rows * columns];
  const [group, offsets] = [node.int("group", 1), node.int("offset_group", 1)];
  const moved = op.split(op.reshape(offset!, [n * offsets, taps, 2, places]), [1, 1], 2) as [Value, Value];
  const [strides, dilations] = [node.ints("strides", [1, 1]), node.ints("dilations", [1, 1])];
  const pads = node.ints("pads", [0, 0, 0, 0]);
  const along = (axis: number, length: number) => {
    const starts = Array.from({ length: taps * places }, (_, i) => {
      const [tap, place] = [Math.floor(i / places), i % places];
      const [k, at] =
        axis === 0
          ? [Math.floor(tap / kernelWidth), Math.floor(place / columns)]
          : [tap % kernelWidth, place % columns];
      return at * strides[axis]! - pads[axis]! + k * dilations[axis]!;
    });
    return gridCoordinate(op, op.reshape(moved[axis]!, [n * offsets, taps, places, 1]), starts, length);
  };
  const grid = op.concat([along(1, width), along(0, height)], -1);
  const pictures = op.reshape(x!, [n * offsets, channels / offsets, height, width]);
  const type = { dtype: x!.dtype, shape: [n * offsets, channels / offsets, taps, places] };
  const sampled = op.emit("GridSample", [pictures, grid], [type], { mode: "linear", padding_mode: "zeros" })[0]!;
  const masked = mask ? op.mul(sampled, op.reshape(mask, [n * offsets, 1, taps, places])) : sampled;
  const patches = op.reshape(masked, [n, group, (channels / group) * taps, places]);
  const product = op.matMul(op.reshape(w!, [group, outputs / group, size(w!.shape.slice(1))]), patches);
  const y = op.reshape(product, [n, outputs, rows, columns]);
  return [bias ? op.add(y, op.reshape(bias, [outputs, 1, 1])) : y];
};

/** Pixels counted from 0 as GridSample counts them: from -1 at the edge of the first to 1 at the edge of the last. */
function gridCoordinate(op: Ops, moved: Value, starts: readonly number[], length: number): Value {
  const from = op.constant(tensor("float32", starts, [1, ...moved.shape.slice(1)]), "starts");
  const centers = op.add(op.add(moved, op.cast(from, moved.dtype)), 0.5);
  return op.sub(op.mul(centers, 2 / length), 1);
}
