import { defineObjective } from "../define/objective.js";
import { index, int, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { ofLayer, pick, unitOf, ofUnits } from "./units.js";

/**
 * Activation of one feature of one token of a transformer's layer (attention or MLP), [N, tokens, features].
 *
 * @example
 * token({ layer: "block3", channel: 7, token: 0 });
 */
export const token = defineObjective({
  type: "token",
  example: { layer: "block3", channel: 7, token: 0 },
  doc: "Activation of one feature of one token of a transformer's layer (attention or MLP), [N, tokens, features]",
  params: {
    ...ofUnits,
    channel: index("which feature, from 0"),
    token: optional(index("which token, from 0; the class token, 0, when left out")),
  },
  build(p, context) {
    const { op, batch } = context;
    const features = unitOf(context, p, p.channel);
    if (features.rank !== 2) throw noTokens(p.layer, context.layer(p.layer, p.model).shape);
    if (p.token) context.limit(p.token, features.shape[1]!, `tokens of layer "${p.layer}"`);
    return pick(context, features, 1, p.token ?? op.expand(op.scalar(0, "int64"), [batch]));
  },
});

/**
 * Mean of the squared activations of one attention head: of its map or values [N, heads, ...], or of its share of the
 * features [N, tokens, features].
 *
 * @example
 * head({ layer: "attention", head: 2 });
 */
export const head = defineObjective({
  type: "head",
  example: { layer: "attention", head: 2 },
  doc: "Mean of the squared activations of one attention head: of its map or values [N, heads, ...], or of its share of the features [N, tokens, features]",
  params: {
    ...ofLayer,
    head: index("which head, from 0"),
    heads: optional(int("how many heads there are; needed where they share the features", { min: 1 })),
  },
  build(p, context) {
    const { op } = context;
    const { x, axis } = byHead(op, context.layer(p.layer, p.model), p);
    context.limit(p.head, x.shape[axis]!, `heads of layer "${p.layer}"`);
    const one = pick(context, x, axis, p.head);
    return op.meanOfEach(op.mul(one, one));
  },
});

/** Activations with an axis for the heads. Throws `bad-argument`. */
function byHead(
  op: Ops,
  x: Value,
  { layer, heads }: { readonly layer: string; readonly heads: number | undefined },
): { readonly x: Value; readonly axis: number } {
  if (x.rank === 4) {
    const axis = heads === undefined ? 1 : x.shape.indexOf(heads, 1);
    if (axis > 0) return { x, axis };
    throw new XstarError("bad-argument", `Layer "${layer}" of shape [${x.shape}] has no axis of ${heads} heads`);
  }
  if (x.rank !== 3) throw noTokens(layer, x.shape);
  const [batch, tokens, features] = x.shape as [number, number, number];
  if (heads === undefined) {
    const problem = `Layer "${layer}" of shape [${x.shape}] does not say how many heads share its features`;
    throw new XstarError("bad-argument", problem, { hint: 'Give "heads"' });
  }
  if (features % heads !== 0)
    throw new XstarError(
      "bad-argument",
      `The ${features} features of layer "${layer}" do not divide into ${heads} heads`,
    );
  return { x: op.reshape(x, [batch, tokens, heads, features / heads]), axis: 2 };
}

function noTokens(layer: string, shape: readonly number[]): XstarError {
  return new XstarError("bad-argument", `Layer "${layer}" of shape [${shape}] holds no tokens`, {
    hint: "Layers of tokens are [N, tokens, features], attention maps [N, heads, tokens, tokens]",
  });
}
