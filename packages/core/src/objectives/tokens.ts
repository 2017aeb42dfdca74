import { defineObjective } from "../define/define.js";
import { index, int, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { meanOfEach } from "./reduce.js";
import { ofLayer, pick, unitOf } from "./units.js";

export const token = defineObjective({
  type: "token",
  doc: "Activation of one feature of one token of a transformer's layer (attention or MLP), [N, tokens, features]",
  params: {
    ...ofLayer,
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

export const head = defineObjective({
  type: "head",
  doc: "Mean of the squared activations of one attention head: of its map or values [N, heads, ...], or of its share of the features [N, tokens, features]",
  params: {
    ...ofLayer,
    head: index("which head, from 0"),
    heads: optional(int("how many heads share the features; only for [N, tokens, features]", { min: 1 })),
  },
  build(p, context) {
    const { op } = context;
    const x = context.layer(p.layer, p.model);
    if (x.rank !== 3 && x.rank !== 4) throw noTokens(p.layer, x.shape);
    const axis = x.rank === 4 ? 1 : 2;
    const count = x.rank === 4 ? x.shape[1]! : p.heads;
    const [batch, tokens, features] = x.shape as [number, number, number];
    if (count === undefined) {
      throw new XstarError(
        "bad-argument",
        `Layer "${p.layer}" of shape [${x.shape}] does not say how many heads it has`,
        {
          hint: 'Give "heads"',
        },
      );
    }
    if (x.rank === 3 && features % count !== 0) {
      throw new XstarError(
        "bad-argument",
        `The ${features} features of layer "${p.layer}" do not divide into ${count} heads`,
      );
    }
    context.limit(p.head, count, `heads of layer "${p.layer}"`);
    const apart = x.rank === 4 ? x : op.reshape(x, [batch, tokens, count, features / count]);
    const one = pick(context, apart, axis, p.head);
    return meanOfEach(op, op.mul(one, one));
  },
});

function noTokens(layer: string, shape: readonly number[]): XstarError {
  return new XstarError("bad-argument", `Layer "${layer}" of shape [${shape}] holds no tokens`, {
    hint: "Layers of tokens are [N, tokens, features], attention maps [N, heads, tokens, tokens]",
  });
}
