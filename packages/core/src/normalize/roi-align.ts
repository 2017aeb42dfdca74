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

/** Where the points of all bins lie between two elements of an axis, and how near they are to each. */
interface Points {
  /** [regions, bins * points, length]: what a point takes of every element; 0 for points beyond the axis. */
  readonly shares: Value;
  /** The same of the element before, and of the one behind. */
  readonly corners: readonly Value[];
}

/** Each point is read linearly between two elements, and as 0 from one element outside on. */
function pointsOf(op: Ops, start: Value, extent: Value, { length, bins, points }: Axis): Points {
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
  const shares = op.mul(near, op.unsqueeze(op.cast(inside, start.dtype), [-1]));
  const isBehind = op.greater(places, clamped);
  return { shares, corners: [op.where(isBehind, 0, shares), op.where(isBehind, shares, 0)] };
}

/** The mean of the points of every bin: two matrix products for each region. */
function means(
  op: Ops,
  pictures: Value,
  [rows, columns]: readonly [Points, Points],
  axes: readonly [Axis, Axis],
): Value {
  const [ofRows, ofColumns] = [rows, columns].map(({ shares }, i) => {
    const { bins, points, length } = axes[i]!;
    return op.reduceMean(op.reshape(shares, [shares.shape[0]!, bins, points, length]), [2], false);
  }) as [Value, Value];
  return readAt(op, pictures, ofRows, ofColumns);
}

/** The largest share that a point of a bin has of one of the four elements around it. */
function maxima(
  op: Ops,
  pictures: Value,
  [rows, columns]: readonly [Points, Points],
  axes: readonly [Axis, Axis],
): Value {
  const [above, below] = rows.corners.map((row) =>
    columns.corners.map((column) => readAt(op, pictures, row, column)).reduce((a, b) => op.max(a, b)),
  ) as [Value, Value];
  const [high, wide] = axes;
  const [regions, channels] = above.shape as [number, number];
  const apart = [regions, channels, high.bins, high.points, wide.bins, wide.points];
  return op.reduceMax(op.reshape(op.max(above, below), apart), [3, 5], false);
}

/** rows pictures columns', for every region and channel. */
const readAt = (op: Ops, pictures: Value, rows: Value, columns: Value): Value =>
  op.matMul(op.matMul(op.unsqueeze(rows, [1]), pictures), op.unsqueeze(op.transpose(columns, [0, 2, 1]), [1]));

/**
 * RoiAlign as matrix products of each region. Where the regions decide how many points a bin has it is left alone, but for saying where pixels lie when the
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
    const axes = [
      { length: height, bins: node.int("output_height", 1), points },
      { length: width, bins: node.int("output_width", 1), points },
    ] as const;
    const read = [
      pointsOf(op, top, extent(top, bottom), axes[0]),
      pointsOf(op, left, extent(left, right), axes[1]),
    ] as const;
    const pictures = op.gather(x!, batches!, 0);
    return [(node.string("mode", "avg") === "max" ? maxima : means)(op, pictures, read, axes)];
  };
}
