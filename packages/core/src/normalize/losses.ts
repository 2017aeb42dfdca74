import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rewrite } from "./rewrite.js";

/** Minus the logarithm of the probability of each place's label, [N, C, ...] to [N, ...], weighted and reduced. */
function likelihood(op: Ops, node: Node, logarithms: Value, labels: Value, weights: Value | undefined): Value {
  const ignored = node.int("ignore_index");
  const counts = ignored === undefined ? undefined : op.not(op.equal(labels, ignored));
  const kept = counts ? op.where(counts, labels, 0) : labels;
  const chosen = op.reshape(op.gatherElements(logarithms, op.unsqueeze(kept, [1]), 1), labels.shape);
  const ones = op.fill(labels.shape, 1, logarithms.dtype);
  const weight = weights ? op.gather(weights, kept) : ones;
  const share = counts ? op.where(counts, weight, 0) : weight;
  const losses = op.neg(op.mul(chosen, share));
  const reduction = node.string("reduction", "mean");
  if (reduction === "none") return losses;
  const sum = op.reduceSum(losses);
  return reduction === "sum" ? sum : op.div(sum, op.reduceSum(share));
}

const likelihoodLoss: Rewrite = (node, [logarithms, labels, weights], op) => [
  likelihood(op, node, logarithms!, labels!, weights),
];

const crossEntropyLoss: Rewrite = (node, [scores, labels, weights], op) => {
  const logarithms = op.logSoftmax(scores!, 1);
  return [likelihood(op, node, logarithms, labels!, weights), logarithms];
};

/** Losses, for models that were exported with theirs. */
export const losses: Readonly<Record<string, Rewrite>> = {
  NegativeLogLikelihoodLoss: likelihoodLoss,
  SoftmaxCrossEntropyLoss: crossEntropyLoss,
};
