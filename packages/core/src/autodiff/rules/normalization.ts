import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** A value per channel, shaped to broadcast over [N, C, ...]. */
const perChannel = (op: Ops, value: Value, rank: number) =>
  op.reshape(value, [-1, ...Array(rank - 2).fill(1)].with(0, value.shape[0]!));

/** In inference form: y = scale (x - mean) / sqrt(var + epsilon) + bias, all four given for each channel. */
const batchNormalization: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, scale, , mean, variance] = inputs as [Value, Value, Value, Value, Value];
  const inverse = op.reciprocal(op.sqrt(op.add(variance, node.float("epsilon", 1e-5))));
  const channel = (value: Value) => perChannel(op, value, Math.max(2, x.rank));
  const over = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const normal = () => op.mul(op.sub(x, channel(mean)), channel(inverse));
  const sum = (value: Value) => op.reduceSum(value, over);
  const slope = op.mul(scale, inverse);
  return [
    needs(0) ? op.mul(g, channel(slope)) : null,
    needs(1) ? sum(op.mul(g, normal())) : null,
    needs(2) ? sum(g) : null,
    needs(3) ? op.neg(op.mul(sum(g), slope)) : null,
    needs(4) ? op.mul(sum(op.mul(g, normal())), op.mul(op.mul(slope, inverse), -0.5)) : null,
  ];
};

export const normalization = { BatchNormalization: batchNormalization } satisfies VjpRules;
