import { Value } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpContext, VjpRule, VjpRules } from "../vjp.js";

/** A value per channel, shaped to broadcast over [N, C, ...]. */
const perChannel = (op: Ops, value: Value, rank: number) =>
  op.reshape(value, [value.shape[0]!, ...Array<number>(Math.max(0, rank - 2)).fill(1)]);

const allBut = (axis: number, rank: number) => Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);

/** In inference form: y = scale (x - mean) / sqrt(var + epsilon) + bias, all four given for each channel. */
const batchNormalization: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, scale, , mean, variance] = inputs as [Value, Value, Value, Value, Value];
  const inverse = op.reciprocal(op.sqrt(op.add(variance, node.float("epsilon", 1e-5))));
  const channel = (value: Value) => (x.rank === 1 ? value : perChannel(op, value, x.rank));
  const normal = () => op.mul(op.sub(x, channel(mean)), channel(inverse));
  const sum = (value: Value) => op.reshape(op.reduceSum(value, allBut(x.rank === 1 ? 0 : 1, x.rank)), scale.shape);
  const slope = op.mul(scale, inverse);
  return [
    needs(0) ? op.mul(g, channel(slope)) : null,
    needs(1) ? sum(op.mul(g, normal())) : null,
    needs(2) ? sum(g) : null,
    needs(3) ? op.neg(op.mul(sum(g), slope)) : null,
    needs(4) ? op.mul(sum(op.mul(g, normal())), op.mul(op.mul(slope, inverse), -0.5)) : null,
  ];
};

/** x brought to mean 0 and variance 1 over some axes, and what it was multiplied by. */
interface Standardized {
  readonly h: Value;
  readonly inverse: Value;
}

function standardize(op: Ops, x: Value, axes: readonly number[], epsilon: number): Standardized {
  const centered = op.sub(x, op.reduceMean(x, axes, true));
  const inverse = op.reciprocal(op.sqrt(op.add(op.reduceMean(op.mul(centered, centered), axes, true), epsilon)));
  return { h: op.mul(centered, inverse), inverse };
}

/** With h = (x - mean) / deviation and d the cotangent of h: dx = (d - mean(d) - h mean(d h)) / deviation. */
function standardizeBack(op: Ops, d: Value, { h, inverse }: Standardized, axes: readonly number[]): Value {
  const along = op.mul(h, op.reduceMean(op.mul(d, h), axes, true));
  return op.mul(op.sub(op.sub(d, op.reduceMean(d, axes, true)), along), inverse);
}

/** The model's own node also gives mean and inverse deviation: asks it for those rather than computing them again. */
const layerNormalization: VjpRule = (g, { op, node, inputs, outputs, cotangents, needs }) => {
  const [x, scale] = inputs as [Value, Value];
  const first = positiveAxis(node.int("axis", -1), x.rank);
  const axes = x.shape.flatMap((_, i) => (i >= first ? [i] : []));
  const elements = size(x.shape.slice(first));
  const type = { dtype: "float32", shape: x.shape.map((dim, i) => (i >= first ? 1 : dim)) } as const;
  const statistic = (index: number, name: string) => {
    while (node.outputs.length <= index) node.outputs.push(undefined);
    const known = node.outputs[index];
    if (known) return op.cast(known, g.dtype);
    const value = new Value(op.graph.uniqueName(`${outputs[0]!.name}/${name}`), type);
    value.node = node;
    node.outputs[index] = value;
    return op.cast(value, g.dtype);
  };
  const [mean, inverse] = [statistic(1, "mean"), statistic(2, "inverse_deviation")];
  const h = op.mul(op.sub(x, mean), inverse);
  const byStatistics = () => {
    const [, ofMean, ofInverse] = cotangents.map((value) => value && op.div(op.cast(value, g.dtype), elements));
    // d mean = 1 / n, d inverse = - inverse^2 h / n
    const slopes = [ofMean, ofInverse && op.neg(op.mul(ofInverse, op.mul(op.mul(inverse, inverse), h)))];
    return slopes.filter((slope) => slope !== undefined);
  };
  return [
    needs(0)
      ? [standardizeBack(op, op.mul(g, scale), { h, inverse }, axes), ...byStatistics()].reduce((a, b) => op.add(a, b))
      : null,
    needs(1) ? op.mul(g, h) : null,
    g,
  ];
};

/** y = x / sqrt(mean(x^2) + epsilon) scale: as layer normalization without the mean. */
function rootMeanSquare(firstAxis: (context: VjpContext) => number): VjpRule {
  return (g, context) => {
    const { op, node, inputs, needs } = context;
    const [x, scale] = inputs as [Value, Value];
    const first = firstAxis(context);
    const axes = x.shape.flatMap((_, i) => (i >= first ? [i] : []));
    const square = op.reduceMean(op.mul(x, x), axes, true);
    const inverse = op.reciprocal(op.sqrt(op.add(square, node.float("epsilon", 1e-5))));
    const h = op.mul(x, inverse);
    const d = op.mul(g, scale);
    const along = op.mul(h, op.reduceMean(op.mul(d, h), axes, true));
    return [needs(0) ? op.mul(op.sub(d, along), inverse) : null, needs(1) ? op.mul(g, h) : null];
  };
}

const instanceNormalization: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, scale] = inputs as [Value, Value];
  const axes = x.shape.slice(2).map((_, i) => i + 2);
  const parts = standardize(op, x, axes, node.float("epsilon", 1e-5));
  const sum = (value: Value) => op.reduceSum(value, [0, ...axes]);
  return [
    needs(0) ? standardizeBack(op, op.mul(g, perChannel(op, scale, x.rank)), parts, axes) : null,
    needs(1) ? sum(op.mul(g, parts.h)) : null,
    needs(2) ? sum(g) : null,
  ];
};

/** Scale and bias are given for each group before opset 21, for each channel since. */
const groupNormalization: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, scale] = inputs as [Value, Value];
  const [n, c, ...space] = x.shape as [number, number, ...number[]];
  const groups = node.int("num_groups", 1);
  const shape = [n, groups, c / groups, size(space)];
  const byGroup = (value: Value) => op.reshape(value, shape);
  const spread = op.reshape(scale, scale.shape[0] === c ? [groups, c / groups, 1] : [groups, 1, 1]);
  const parts = standardize(op, byGroup(x), [2, 3], node.float("epsilon", 1e-5));
  const sum = (value: Value) => op.reshape(op.reduceSum(value, scale.shape[0] === c ? [0, 3] : [0, 2, 3]), scale.shape);
  return [
    needs(0) ? op.reshape(standardizeBack(op, op.mul(byGroup(g), spread), parts, [2, 3]), x.shape) : null,
    needs(1) ? sum(op.mul(byGroup(g), parts.h)) : null,
    needs(2) ? sum(byGroup(g)) : null,
  ];
};

const meanVariance: VjpRule = (g, { op, node, inputs: [x] }) => {
  const axes = (node.ints("axes") ?? [0, 2, 3]).map((axis) => positiveAxis(axis, x!.rank));
  return [standardizeBack(op, g, standardize(op, x!, axes, 1e-9), axes)];
};

/** y = x / |x|: p = 2: dx = (g - y sum(g y)) / |x|; p = 1: dx = (g - sign(x) sum(g y)) / |x|. Where |x| is 0, so is y. */
const lpNormalization: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const axis = positiveAxis(node.int("axis", -1), x!.rank);
  const one = node.int("p", 2) === 1;
  const norm = one ? op.reduceSum(op.abs(x!), [axis], true) : op.reduceL2(x!, [axis], true);
  const along = op.mul(one ? op.sign(x!) : y!, op.reduceSum(op.mul(g, y!), [axis], true));
  return [op.div(op.sub(g, along), op.where(op.equal(norm, 0), 1, norm))];
};

const last = ({ node, inputs: [x] }: VjpContext) => positiveAxis(node.int("axis", -1), x!.rank);

export const normalization = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquare(last),
  /** ONNX Runtime's own name for it, in the standard domain. */
  SimplifiedLayerNormalization: rootMeanSquare(last),
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lpNormalization,
} satisfies VjpRules;
