import { constantNumbers, type Node, type Value } from "../../ir/graph.js";
import { float, positiveAxis, type Ops } from "../../ir/ops/index.js";
import { tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { gridSample } from "./grid-sample.js";
import { multiplyAxisBy } from "./separable.js";

/** How one axis is resized: by a factor, or to a size. */
interface AxisPlan {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number | undefined;
  readonly roi: readonly [number, number];
}

function plansOf(node: Node, x: Value, y: Value): AxisPlan[] {
  const axes = (node.ints("axes") ?? x.shape.map((_, i) => i)).map((axis) => positiveAxis(axis, x.rank));
  const roi = constantNumbers(node.inputs[1]) ?? [];
  const scales = constantNumbers(node.inputs[2]) ?? [];
  const sizes = constantNumbers(node.inputs[3]) ?? [];
  const policy = node.string("keep_aspect_ratio_policy", "stretch");
  const ratios = sizes.map((size, i) => size / x.shape[axes[i]!]!);
  const kept = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return axes.flatMap((axis, i): AxisPlan[] => {
    const [from, to] = [x.shape[axis]!, y.shape[axis]!];
    const scale = scales[i] ?? (sizes.length > 0 && policy !== "stretch" ? kept : undefined);
    const whole = roi.length === 0 || (roi[i] === 0 && roi[i + axes.length] === 1);
    const cropped = node.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize" && !whole;
    if (from === to && (scale ?? 1) === 1 && !cropped) return [];
    return [{ axis, from, to, scale, roi: whole ? [0, 1] : [roi[i]!, roi[i + axes.length]!] }];
  });
}

/**
 * Resizing is linear and separable: along each axis a matrix, whose transpose the cotangent is multiplied by. ONNX
 * Runtime computes the matrix when it opens the graph: it is what the model's own Resize makes of the identity matrix.
 */
const resize: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const plans = plansOf(node, x!, y!);
  const factors = repetition(node, plans);
  if (factors) return [sumBlocks(op, g, plans, factors)];
  return [plans.reduce((rest, plan) => resizeBack(op, rest, node, plan), g)];
};

/** How often each element is repeated along each axis, when that is all that the Resize does. */
function repetition(node: Node, plans: readonly AxisPlan[]): number[] | undefined {
  if (node.string("mode", "nearest") !== "nearest") return undefined;
  const factors = plans.map(({ from, to }) => to / from);
  const isWhole = plans.every(({ scale }, i) => Number.isInteger(factors[i]) && (scale ?? factors[i]) === factors[i]);
  const coordinates = node.string("coordinate_transformation_mode", "half_pixel");
  const rounding = node.string("nearest_mode", "round_prefer_floor");
  const exact =
    (coordinates === "asymmetric" && rounding === "floor") ||
    (["half_pixel", "pytorch_half_pixel", "half_pixel_symmetric"].includes(coordinates) &&
      rounding.startsWith("round"));
  return isWhole && exact ? factors : undefined;
}

/** The sum over the block of copies of each element. */
function sumBlocks(op: Ops, g: Value, plans: readonly AxisPlan[], factors: readonly number[]): Value {
  const at = g.shape.map((_, axis) => plans.findIndex((plan) => plan.axis === axis));
  const blocks = at.flatMap((i, axis) => (i < 0 ? [g.shape[axis]!, 1] : [plans[i]!.from, factors[i]!]));
  if (g.rank === 4 && plans.every(({ axis }) => axis >= 2)) {
    const kernel = [blocks[5]!, blocks[7]!];
    return op.mul(op.averagePool(g, { kernel, strides: kernel }), kernel[0]! * kernel[1]!);
  }
  return op.reduceSum(
    op.reshape(g, blocks),
    at.map((_, axis) => 2 * axis + 1),
  );
}

/** One axis undone. The matrix has a row for each element before, a column for each after. */
function resizeBack(op: Ops, g: Value, node: Node, { axis, from, to, scale, roi }: AxisPlan): Value {
  const size = op.ints([from, from]);
  const zeros = op.emit("ConstantOfShape", [size], [{ dtype: "float32", shape: [from, from] }])[0]!;
  const identity = op.emit("EyeLike", [zeros], [zeros.type])[0]!;
  const image = op.reshape(identity, [1, 1, from, from]);
  const region = op.constant(tensor("float32", [0, 0, 0, roi[0], 1, 1, 1, roi[1]]), "region");
  const columns = scale === undefined ? to : Math.floor(from * Math.fround(scale));
  const target =
    scale === undefined
      ? [region, undefined, op.ints([1, 1, from, to])]
      : [region, op.constant(tensor("float32", [1, 1, 1, scale]), "scale")];
  const outside = node.attributes.has("extrapolation_value") ? { extrapolation_value: float(0) } : {};
  const resized = op.emit("Resize", [image, ...target], [{ dtype: "float32", shape: [1, 1, from, columns] }], {
    ...attributesOf(node),
    ...outside,
  })[0]!;
  const matrix = op.cast(op.reshape(resized, [from, columns]), g.dtype);
  return axis === g.rank - 1
    ? multiplyAxisBy(op, g, axis, op.transpose(matrix, [1, 0]), true)
    : multiplyAxisBy(op, g, axis, matrix, false);
}

/** The attributes that say how elements are mixed, without those that say which axes there are. */
function attributesOf(node: Node) {
  return {
    mode: node.string("mode", "nearest"),
    coordinate_transformation_mode: node.string("coordinate_transformation_mode", "half_pixel"),
    nearest_mode: node.string("nearest_mode", "round_prefer_floor"),
    cubic_coeff_a: float(node.float("cubic_coeff_a", -0.75)),
    exclude_outside: node.int("exclude_outside", 0),
    antialias: node.int("antialias", 0),
  };
}

export const resampling = { Resize: resize, GridSample: gridSample } satisfies VjpRules;
