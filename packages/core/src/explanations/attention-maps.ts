import { defineExplanation, type AttentionLayers } from "../define/explanation.js";
import { choice } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";

/** The matrix 1 on the diagonal, [1, tokens, tokens]. */
function identity(op: Ops, tokens: number): Value {
  const data = Float32Array.from({ length: tokens * tokens }, (_, i) => Number(i % (tokens + 1) === 0));
  return op.constant(tensor("float32", data, [1, tokens, tokens]), "identity");
}

/** What the class token looks at, through all blocks; without one, what all tokens look at. */
function rowOf(op: Ops, rolled: Value, { extra }: AttentionLayers): Value {
  const [n, tokens] = rolled.shape as [number, number];
  const row = extra > 0 ? op.sliceAxis(rolled, 1, 0, 1) : op.reduceMean(rolled, [1], true);
  return op.reshape(row, [n, tokens]);
}

/**
 * What a transformer's answer has looked at, through the attention of all blocks (Abnar and Zuidema, 2020).
 *
 * @example
 * attentionRollout({ heads: "mean" });
 */
export const attentionRollout = defineExplanation({
  type: "attentionRollout",
  example: { heads: "mean" },
  doc: "What a transformer's answer has looked at, through the attention of all blocks (Abnar and Zuidema, 2020)",
  caveat: "It looks at no class: the map is the same for all of them",
  needs: "attention",
  params: { heads: choice("how the heads of a block are joined", ["mean", "max", "min"], "mean") },
  build({ heads }, { op, attention }) {
    const layers = attention();
    const reduce = { mean: op.reduceMean, max: op.reduceMax, min: op.reduceMin }[heads as "mean"];
    const rolled = layers.weights.reduce<Value | undefined>((before, weights) => {
      const joined = op.add(reduce(weights, [1]), identity(op, weights.shape[2]!));
      const rows = op.div(joined, op.reduceSum(joined, [2], true));
      return before ? op.matMul(rows, before) : rows;
    }, undefined)!;
    return layers.asPlanes(rowOf(op, rolled, layers));
  },
});

/**
 * Attention rollout that counts only what speaks for the target, by the gradient of each head (Chefer et al., 2021).
 *
 * @example
 * gradientRollout({});
 */
export const gradientRollout = defineExplanation({
  type: "gradientRollout",
  example: {},
  doc: "Attention rollout that counts only what speaks for the target, by the gradient of each head (Chefer et al., 2021)",
  needs: "attention",
  params: {},
  build(_, { op, attention }) {
    const layers = attention();
    const gradients = layers.gradients();
    const tokens = layers.weights[0]!.shape[2]!;
    const rolled = layers.weights.reduce<Value>(
      (before, weights, i) => {
        const speaks = op.reduceMean(op.relu(op.mul(weights, gradients[i]!)), [1]);
        return op.add(before, op.matMul(speaks, before));
      },
      op.expand(identity(op, tokens), [layers.weights[0]!.shape[0]!, tokens, tokens]),
    );
    return layers.asPlanes(rowOf(op, op.sub(rolled, identity(op, tokens)), layers));
  },
});
