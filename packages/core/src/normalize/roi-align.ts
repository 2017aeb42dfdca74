import { limitOf } from "../autodiff/limits.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

interface Axis {
  /** Elements along the axis, bins, points in a bin. */
  readonly length: number;
  readonly bins: number;
  readonly points: number;
}

/**
 * The share of every element in every bin of every region, [regions, bins, length]: the mean of the points of a bin, of
 * which each is read linearly between two elements, and as 0 from one element outside on.
 */
function sharesOf(op: Ops, start: Value, extent: Value, { length, bins, points }: Axis): Value {
  const count = bins * points;
  const steps = Array.from({ length: count }, (_, i) => (i + 0.5) / count);
  const along = op.cast(op.constant(tensor("float32", steps, [1, count]), "points"), start.dtype);
  const positions = op.add(start, op.mul(extent, along));
  const inside = op.and(op.not(op.less(positions, -1)), op.not(op.greater(positions, length)));
  const clamped = op.unsqueeze(op.clip(positions, 0, length - 1), [-1]);
  const places = op.cast(
    op.constant(
      tensor(
        "float32",
        Array.from({ length }, (_, i) => i),
        [1, 1, length],
      ),
      "places",
    ),
    start.dtype,
  );
  const near = op.relu(op.sub(1, op.abs(op.sub(clamped, places))));
  const counted = op.mul(near, op.unsqueeze(op.cast(inside, start.dtype), [-1]));
  const regions = start.shape[0]!;
  return op.reduceMean(op.reshape(counted, [regions, bins, points, length]), [2], false);
}

/**
 * RoiAlign of means as two matrix products for each region. Others are left alone, but for saying where pixels lie when the
 * newest operator set would take it for another place.
 */
export function roiAlign(usual: "half_pixel" | "output_half_pixel"): Rewrite {
  return (node, inputs, op) => {
    const [x, rois, batches] = inputs;
    if (limitOf(node)) {
      if (usual === "half_pixel") return undefined;
      const coordinate_transformation_mode = node.string("coordinate_transformation_mode", usual);
      return op.repeatNode(node, inputs, [node.outputs[0]!.type], [], { coordinate_transformation_mode });
    }
    const points = node.int("sampling_ratio", 0);
    const [, , height, width] = x!.shape as [number, number, number, number];
    const half = node.string("coordinate_transformation_mode", usual) === "half_pixel";
    const scaled = op.sub(op.mul(rois!, node.float("spatial_scale", 1)), half ? 0.5 : 0);
    const [left, top, right, bottom] = op.split(scaled, [1, 1, 1, 1], 1) as [Value, Value, Value, Value];
    const extent = (low: Value, high: Value) => (half ? op.sub(high, low) : op.max(op.sub(high, low), 1));
    const axis = (length: number, bins: number) => ({ length, bins, points });
    const rows = sharesOf(op, top, extent(top, bottom), axis(height, node.int("output_height", 1)));
    const columns = sharesOf(op, left, extent(left, right), axis(width, node.int("output_width", 1)));
    const pictures = op.gather(x!, batches!, 0);
    const turned = op.unsqueeze(op.transpose(columns, [0, 2, 1]), [1]);
    return [op.matMul(op.matMul(op.unsqueeze(rows, [1]), pictures), turned)];
  };
}
