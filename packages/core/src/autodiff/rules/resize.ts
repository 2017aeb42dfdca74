import { XstarError } from "../../errors.js";
import { constantNumbers, type Node, type Value } from "../../ir/graph.js";
import { float, positiveAxis, type Ops } from "../../ir/ops/index.js";
import { sameShape, tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { multiplyAxisBy } from "./separable.js";

/** How one axis is resized: by a factor, or to a size. */
interface AxisPlan {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number | undefined;
  /** Another axis that decides the scale, where the aspect ratio is kept. */
  readonly leader: { readonly from: number; readonly size: number; readonly own: number } | undefined;
  readonly roi: readonly [number, number];
}

function plansOf(node: Node, x: Value, y: Value): AxisPlan[] {
  const axes = (node.ints("axes") ?? x.shape.map((_, i) => i)).map((axis) => positiveAxis(axis, x.rank));
  const roi = constantNumbers(node.inputs[1]) ?? [];
  const scales = constantNumbers(node.inputs[2]) ?? [];
  const sizes = constantNumbers(node.inputs[3]) ?? [];
  const policy = node.string("keep_aspect_ratio_policy", "stretch");
  const ratios = sizes.map((size, i) => size / x.shape[axes[i]!]!);
  const first = ratios.indexOf(policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios));
  return axes.flatMap((axis, i): AxisPlan[] => {
    const [from, to] = [x.shape[axis]!, y.shape[axis]!];
    const follows = sizes.length > 0 && policy !== "stretch" && i !== first;
    const leader = follows ? { from: x.shape[axes[first]!]!, size: sizes[first]!, own: sizes[i]! } : undefined;
    const scale = scales[i];
    const whole = roi.length === 0 || (roi[i] === 0 && roi[i + axes.length] === 1);
    const cropped = node.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize" && !whole;
    if (from === to && (scale ?? 1) === 1 && !leader && !cropped) return [];
    return [{ axis, from, to, scale, leader, roi: whole ? [0, 1] : [roi[i]!, roi[i + axes.length]!] }];
  });
}

/**
 * Resizing is linear and separable: along each axis a matrix, whose transpose the cotangent is multiplied by. ONNX
 * Runtime computes the matrix when it opens the graph: it is what the model's own Resize makes of the identity matrix.
 */
const resize: VjpRule = (g, { op, node, inputs: [x], outputs: [y], needs }) => {
  if (node.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize" && needs(1)) {
    throw new XstarError("missing-vjp-rule", `The region of node "${node.label}" (Resize) has no vjp rule`, {
      hint: "Differentiate by another input, and give the region before the graph is built: inputs: { ... }",
    });
  }
  if (sameShape(x!.shape, y!.shape)) return [g];
  const plans = plansOf(node, x!, y!);
  const factors = repetition(node, plans);
  if (factors) return [sumBlocks(op, g, plans, factors)];
  return [plans.reduce((rest, plan) => resizeBack(op, rest, node, plan), g)];
};

/** How often each element is repeated along each axis, when that is all that the Resize does. */
function repetition(node: Node, plans: readonly AxisPlan[]): number[] | undefined {
  if (node.string("mode", "nearest") !== "nearest") return undefined;
  const factors = plans.map(({ from, to }) => to / from);
  const isWhole = plans.every(
    ({ scale, leader }, i) => !leader && Number.isInteger(factors[i]) && (scale ?? factors[i]) === factors[i],
  );
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

/** Of a longer axis the matrix would take more than 256 MB. */
const longestAxis = 8192;

/** One axis undone by a matrix with a row for each element before, a column for each after. */
function resizeBack(op: Ops, g: Value, node: Node, plan: AxisPlan): Value {
  const { axis, from, to } = plan;
  if (from > longestAxis || to > longestAxis) {
    throw new XstarError(
      "unsupported-model",
      `Node "${node.label}" (Resize) resizes an axis from ${from} to ${to}, which is too long to differentiate`,
      { hint: `Choose an input for which it has at most ${longestAxis} elements` },
    );
  }
  const zeros = op.emit("ConstantOfShape", [op.ints([from, from])], [{ dtype: "float32", shape: [from, from] }])[0]!;
  const identity = op.emit("EyeLike", [zeros], [zeros.type])[0]!;
  const resized = plan.leader ? resizeLed(op, identity, node, plan, plan.leader) : resizeLast(op, identity, node, plan);
  const matrix = op.cast(op.reshape(resized, [from, to]), g.dtype);
  return axis === g.rank - 1
    ? multiplyAxisBy(op, g, axis, op.transpose(matrix, [1, 0]), true)
    : multiplyAxisBy(op, g, axis, matrix, false);
}

/** ONNX Runtime copies what keeps its shape, so then there is a second axis that grows. */
function resizeLast(op: Ops, identity: Value, node: Node, { from, to, scale, roi }: AxisPlan): Value {
  const rows = from === to ? 2 : 1;
  const image = op.reshape(identity, [from, 1, 1, from]);
  const region = op.constant(tensor("float32", [0, 0, 0, roi[0], 1, 1, 1, roi[1]]), "region");
  const target =
    scale === undefined
      ? [undefined, op.ints([from, 1, rows, to])]
      : [op.constant(tensor("float32", [1, 1, rows, scale]), "scale")];
  const type = { dtype: "float32", shape: [from, 1, rows, to] } as const;
  const attributes = { ...attributesOf(node), extrapolation_value: float(0) };
  return op.sliceAxis(op.emit("Resize", [image, region, ...target], [type], attributes)[0]!, 2, 0, 1);
}

/** The identity repeated along an axis like the one that decides the scale: resized with it, each copy is the matrix. */
function resizeLed(
  op: Ops,
  identity: Value,
  node: Node,
  { from, to }: AxisPlan,
  leader: { readonly from: number; readonly size: number; readonly own: number },
): Value {
  const image = op.expand(op.reshape(identity, [from, 1, 1, from]), [from, 1, leader.from, from]);
  const sizes = op.ints([leader.size, leader.own]);
  const type = { dtype: "float32", shape: [from, 1, leader.size, to] } as const;
  const resized = op.emit("Resize", [image, undefined, undefined, sizes], [type], {
    ...attributesOf(node),
    axes: [2, 3],
    keep_aspect_ratio_policy: node.string("keep_aspect_ratio_policy", "stretch"),
  })[0]!;
  return op.sliceAxis(resized, 2, 0, 1);
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

export const resizing = { Resize: resize } satisfies VjpRules;
