import type { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { tensor } from "../../tensor.js";
import type { VjpContext, VjpRule } from "../vjp.js";

/**
 * The means of the points of bins are products for each region k and channel c, y[c,i,j] = sum of R[i,h] x[c,h,w] C[j,w], of
 * as many regions as there are when the graph runs.
 */
export const roiAlign: VjpRule = (g, context) => {
  const { op, node, inputs, needs } = context;
  const [x, rois] = inputs as [Value, Value];
  const points = node.int("sampling_ratio", 0);
  if (points <= 0 || node.string("mode", "avg") !== "avg" || !x.type || x.shape[0] !== 1) throw new Error(refusal);
  const { start, extent } = regionsOf(op, node, rois);
  const bins = binsOf(node);
  const shares = x.shape
    .slice(2)
    .map((length, i) => sharesOf(op, start[i]!, extent[i]!, { length, bins: bins[i]!, points }));
  return [
    needs(0) ? ofMap(g, context, shares) : null,
    needs(1) ? ofRegions(context, shares, ofShares(g, context, shares)) : null,
  ];
};

const binsOf = (node: Node) => [node.int("output_height", 1), node.int("output_width", 1)] as const;
const product = (op: Ops, a: Value, b: Value) => op.loose("MatMul", [a, b], a.dtype);
const turned = (op: Ops, x: Value, perm: readonly number[]) => op.loose("Transpose", [x], x.dtype, { perm });
/** A length of 0 is the one that it had. */
const inRows = (op: Ops, x: Value, shape: readonly number[]) => op.loose("Reshape", [x, op.ints(shape)], x.dtype);
/** sum of R[i,h] g[c,i,j] C[j,w] over all regions at once. */
function ofMap(g: Value, { op, inputs: [x] }: VjpContext, [rows, columns]: readonly Value[]): Value {
  const [, channels, height, width] = x!.shape as [number, number, number, number];
  const ofRows = product(op, op.loose("Unsqueeze", [turned(op, rows!, [0, 2, 1]), op.ints([1])], g.dtype), g);
  const left = inRows(op, turned(op, ofRows, [1, 2, 0, 3]), [channels * height, -1]);
  return inRows(op, product(op, left, inRows(op, columns!, [-1, width])), x!.shape);
}

/** The cotangents of R and C: sums over channels and the bins along the other axis. */
function ofShares(g: Value, { op, node, inputs: [x] }: VjpContext, [rows, columns]: readonly Value[]): Value[] {
  const [, channels, height, width] = x!.shape as [number, number, number, number];
  const [high, wide] = binsOf(node);
  const read = (shares: Value, length: number, order: readonly number[], bins: number, rest: number) => {
    const seen = op.reshape(op.transpose(x!, order), [length, channels * rest]);
    return inRows(op, product(op, inRows(op, shares, [-1, length]), seen), [-1, bins * channels, rest]);
  };
  const spread = (order: readonly number[], bins: number, rest: number) =>
    inRows(op, turned(op, g, order), [0, bins, rest * channels]);
  return [
    product(op, spread([0, 2, 3, 1], high, wide), read(columns!, width, [0, 3, 1, 2], wide, height)),
    product(op, spread([0, 3, 2, 1], wide, high), read(rows!, height, [0, 2, 1, 3], high, width)),
  ];
}

const refusal =
  "RoiAlign of a number of regions that is not known before the model runs is differentiated with mode avg, a sampling_ratio and one picture";

function ofRegions(
  { op, inputs, differentiate }: VjpContext,
  shares: readonly Value[],
  cotangents: readonly Value[],
): Value | null {
  const parts = shares.flatMap(
    (of, i) => differentiate(op, { of, wrt: [inputs[1]!], cotangent: cotangents[i]! })[0] ?? [],
  );
  return parts.length > 0 ? op.sum(parts) : null;
}

/** Where regions begin, [regions, 1] for rows and columns, and how long they are. */
function regionsOf(op: Ops, node: Node, rois: Value): { readonly start: Value[]; readonly extent: Value[] } {
  const isHalf = node.string("coordinate_transformation_mode", "half_pixel") === "half_pixel";
  const scaled = op.sub(op.mul(rois, node.float("spatial_scale", 1)), isHalf ? 0.5 : 0);
  const column = (i: number) => op.loose("Gather", [scaled, op.ints([i])], rois.dtype, { axis: 1 });
  const start = [column(1), column(0)];
  const extent = [column(3), column(2)].map((end, i) => {
    const length = op.sub(end, start[i]!);
    return isHalf ? length : op.max(length, 1);
  });
  return { start, extent };
}

interface Axis {
  /** Elements along the axis, bins, points in a bin. */
  readonly length: number;
  readonly bins: number;
  readonly points: number;
}

/** What a bin takes of every element of an axis, [regions, bins, length]: points are read linearly between two. */
function sharesOf(op: Ops, start: Value, extent: Value, { length, bins, points }: Axis): Value {
  const { dtype } = start;
  const count = bins * points;
  const fixed = (list: readonly number[], shape: readonly number[]) =>
    op.cast(op.constant(tensor("float32", [...list], shape), "places"), dtype);
  const steps = Array.from({ length: count }, (_, i) => (i + 0.5) / count);
  const positions = op.add(start, op.mul(extent, fixed(steps, [1, count])));
  const isInside = op.and(op.not(op.less(positions, -1)), op.not(op.greater(positions, length)));
  const [clamped, inside] = [op.clip(positions, 0, length - 1), op.cast(isInside, dtype)].map((one) =>
    op.loose("Unsqueeze", [one, op.ints([-1])], dtype),
  ) as [Value, Value];
  const places = fixed(
    Array.from({ length }, (_, i) => i),
    [1, 1, length],
  );
  const near = op.relu(op.sub(1, op.abs(op.sub(clamped, places))));
  const apart = op.loose("Reshape", [op.mul(near, inside), op.ints([0, bins, points, length])], dtype);
  return op.loose("ReduceMean", [apart, op.ints([2])], dtype, { keepdims: 0 });
}
