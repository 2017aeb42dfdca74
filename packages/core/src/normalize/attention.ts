import { limitOf } from "../autodiff/limits.js";
import type { Node, Value, ValueType } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor, type DType } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

interface Scores {
  readonly scale: number;
  /** Added to the scores, broadcast over [batch, heads, queries, keys]. */
  readonly biases: readonly Value[];
  readonly softcap?: number;
}

/** softmax(scale q k^T + biases) v on [batch, heads, length, features], with the scores before and after the softmax. */
function attend(op: Ops, q: Value, k: Value, v: Value, { scale, biases, softcap = 0 }: Scores) {
  const heads = q.shape[1]!;
  const keys = repeatHeads(op, k, heads);
  const product = op.matMul(op.mul(q, scale), op.transpose(keys, [0, 1, 3, 2]));
  const capped = softcap > 0 ? op.mul(op.tanh(op.mul(product, 1 / softcap)), softcap) : product;
  const biased = biases.reduce((sum, bias) => op.add(sum, bias), capped);
  const shares = op.softmax(biased, -1);
  return { y: op.matMul(shares, repeatHeads(op, v, heads)), product, capped, shares };
}

/** Keys and values that several query heads share. */
function repeatHeads(op: Ops, x: Value, heads: number): Value {
  const [b, own, length, features] = x.shape as [number, number, number, number];
  if (own === heads) return x;
  const apart = op.reshape(x, [b, own, 1, length, features]);
  return op.reshape(op.expand(apart, [b, own, heads / own, length, features]), [b, heads, length, features]);
}

/** [batch, length, heads * features] to [batch, heads, length, features] */
function splitHeads(op: Ops, x: Value, heads: number): Value {
  const [b, length, width] = x.shape as [number, number, number];
  return op.transpose(op.reshape(x, [b, length, heads, width / heads]), [0, 2, 1, 3]);
}

function joinHeads(op: Ops, x: Value): Value {
  const [b, heads, length, features] = x.shape as [number, number, number, number];
  return op.reshape(op.transpose(x, [0, 2, 1, 3]), [b, length, heads * features]);
}

/** Query i may look at keys up to i + offset. */
function causal(op: Ops, queries: number, keys: number, offset: number, value: number): Value {
  const data = Float32Array.from({ length: queries * keys }, (_, at) =>
    at % keys > Math.floor(at / keys) + offset ? value : 0,
  );
  return op.constant({ dtype: "float32", shape: [queries, keys], data }, "causal");
}

/** Masks that come as numbers hide with minus infinity or with the lowest number there is: ONNX Runtime takes both for it. */
const lowest: Readonly<Partial<Record<DType, number>>> = {
  float16: -65504,
  float32: -(2 - 2 ** -23) * 2 ** 127,
  float64: -Number.MAX_VALUE,
};

/** What is added to scores of type `dtype`: nothing where they count, minus infinity where not. */
const asBias = (op: Ops, counts: Value, dtype: DType): Value =>
  op.where(counts, op.scalar(0, dtype), op.scalar(Number.NEGATIVE_INFINITY, dtype));

/** Of each row of the batch query i may look at keys up to i + its offset, [batch]. */
function causalBias(op: Ops, { dtype, shape }: ValueType, offsets: Value): Value {
  const [queries, keys] = shape.slice(2) as [number, number];
  const distances = Array.from({ length: queries * keys }, (_, at) => (at % keys) - Math.floor(at / keys));
  const furthest = op.reshape(offsets, [offsets.shape[0]!, 1, 1, 1]);
  return asBias(op, op.lessOrEqual(op.constant(tensor("int64", distances, [queries, keys])), furthest), dtype);
}

/** A mask of fewer keys than there are hides the further ones. */
function maskBias(op: Ops, mask: Value, { dtype, shape }: ValueType): Value {
  const bias = mask.dtype === "bool" ? asBias(op, mask, dtype) : mask;
  const none = bias.shape.map(() => 0);
  const short = shape[3]! - mask.shape.at(-1)!;
  return short > 0 ? op.pad(bias, none, none.with(-1, short), "constant", Number.NEGATIVE_INFINITY) : bias;
}

/** Of each row of the batch only so many keys count. */
function lengthBias(op: Ops, lengths: Value, { dtype, shape }: ValueType): Value {
  const places = op.reshape(op.range(shape[3]!), [1, 1, 1, shape[3]!]);
  return asBias(op, op.less(places, op.reshape(lengths, [lengths.shape[0]!, 1, 1, 1])), dtype);
}

/** The operator of the standard domain (opset 23): a query that may look at no key gets zeros. */
const attention: Rewrite = (node, inputs, op) => {
  const [query, key, value, mask, pastKey, pastValue, lengths] = inputs;
  const flat = query!.rank === 3;
  const [qHeads, kvHeads] = [node.int("q_num_heads", 0), node.int("kv_num_heads", 0)];
  const q = flat ? splitHeads(op, query!, qHeads) : query!;
  const ownKey = flat ? splitHeads(op, key!, kvHeads) : key!;
  const ownValue = flat ? splitHeads(op, value!, kvHeads) : value!;
  const k = pastKey ? op.concat([pastKey, ownKey], 2) : ownKey;
  const v = pastValue ? op.concat([pastValue, ownValue], 2) : ownValue;
  const [queries, keys] = [q.shape[2]!, k.shape[2]!];
  const scores = { dtype: q.dtype, shape: [...q.shape.slice(0, 2), queries, keys] };
  const causalOf = () =>
    lengths
      ? causalBias(op, scores, op.sub(lengths, queries))
      : op.cast(causal(op, queries, keys, pastKey?.shape[2] ?? 0, Number.NEGATIVE_INFINITY), q.dtype);
  const biases = [
    mask && maskBias(op, mask, scores),
    lengths && lengthBias(op, lengths, scores),
    node.int("is_causal", 0) === 1 ? causalOf() : undefined,
  ].filter((bias) => bias !== undefined);
  const bias = biases.length > 0 ? op.sum(biases) : undefined;
  const isBlind =
    (mask || lengths) &&
    bias &&
    op.lessOrEqual(op.reduceMax(bias, [-1], true), lowest[q.dtype] ?? Number.NEGATIVE_INFINITY);
  const seeing = (x: Value) => (isBlind ? op.where(isBlind, 0, x) : x);
  const scale = node.attributes.has("scale") ? node.float("scale", 1) : 1 / Math.sqrt(q.shape[3]!);
  const softcap = node.float("softcap", 0);
  const { y, product, capped, shares } = attend(op, q, k, v, { scale, biases: bias ? [seeing(bias)] : [], softcap });
  const shown = [() => product, () => capped, () => (bias ? op.add(capped, bias) : capped), () => seeing(shares)][
    node.int("qk_matmul_output_mode", 0)
  ];
  const result = seeing(y);
  return [flat ? joinHeads(op, result) : result, k, v, node.outputs[3] && shown?.()];
};

/** What a mask of whole numbers adds: [batch, keys] of 0 and 1, or the number of keys of each row of the batch. */
function paddingBias(op: Ops, mask: Value, keys: number, value: number): Value | undefined {
  const [batch] = mask.shape as [number];
  const filled = (kept: Value) => op.where(kept, op.scalar(0), op.scalar(value));
  if (mask.rank === 2 && mask.shape[1] === keys) {
    return op.reshape(filled(op.greater(mask, op.scalar(0, mask.dtype))), [batch, 1, 1, keys]);
  }
  if (mask.rank === 1) {
    const places = op.cast(op.range(keys), mask.dtype);
    return op.reshape(filled(op.less(op.reshape(places, [1, keys]), op.reshape(mask, [batch, 1]))), [
      batch,
      1,
      1,
      keys,
    ]);
  }
  if (mask.rank === 3) return op.unsqueeze(filled(op.greater(mask, op.scalar(0, mask.dtype))), [1]);
  return undefined;
}

function contribBiases(node: Node, op: Ops, q: Value, k: Value, mask: Value | undefined, bias: Value | undefined) {
  const [queries, keys] = [q.shape[2]!, k.shape[2]!];
  const fill = node.float("mask_filter_value", -10000);
  const padding = mask && paddingBias(op, mask, keys, fill);
  if (mask && !padding) return undefined;
  const future =
    node.int("unidirectional", 0) === 1 ? op.cast(causal(op, queries, keys, keys - queries, fill), q.dtype) : undefined;
  return [padding && op.cast(padding, q.dtype), future, bias].filter((value) => value !== undefined);
}

function contribScale(node: Node, q: Value): number {
  const scale = node.float("scale", 0);
  return scale === 0 ? 1 / Math.sqrt(q.shape[3]!) : scale;
}

/** com.microsoft::MultiHeadAttention with separate query, key and value. */
const multiHeadAttention: Rewrite = (node, inputs, op) => {
  const [query, key, value, bias, mask, attentionBias, pastKey, pastValue] = inputs;
  if (limitOf(node) || query?.rank !== 3 || !key || !value) return undefined;
  const heads = node.int("num_heads", 1);
  const widths = [query, key, value].map((x) => (x.rank === 3 ? x.shape[2]! : x.shape[1]! * x.shape[3]!));
  const shifts = bias ? op.split(bias, widths, 0) : [];
  const [q, ownKey, ownValue] = [query, key, value].map((x, i) => {
    if (x.rank === 4) return x;
    return splitHeads(op, shifts[i] ? op.add(x, shifts[i]) : x, heads);
  }) as [Value, Value, Value];
  const k = pastKey ? op.concat([pastKey, ownKey], 2) : ownKey;
  const v = pastValue ? op.concat([pastValue, ownValue], 2) : ownValue;
  const biases = contribBiases(node, op, q, k, mask, attentionBias);
  if (!biases) return undefined;
  const { y, product } = attend(op, q, k, v, { scale: contribScale(node, q), biases });
  return [joinHeads(op, y), k, v, product];
};

/** com.microsoft::Attention: query, key and value are one matrix product of the input. */
const contribAttention: Rewrite = (node, inputs, op) => {
  const [x, weights, bias, mask, past, attentionBias] = inputs;
  if (limitOf(node)) return undefined;
  const heads = node.int("num_heads", 1);
  const total = weights!.shape[1]!;
  const widths = node.ints("qkv_hidden_sizes") ?? [total / 3, total / 3, total / 3];
  const product = op.matMul(x!, weights!);
  const parts = op.split(bias ? op.add(product, bias) : product, widths, -1);
  const [q, ownKey, ownValue] = parts.map((part) => splitHeads(op, part, heads)) as [Value, Value, Value];
  const pasts = past ? op.split(past, [1, 1], 0).map((part) => op.squeeze(part, [0])) : [];
  const k = pasts[0] ? op.concat([pasts[0], ownKey], 2) : ownKey;
  const v = pasts[1] ? op.concat([pasts[1], ownValue], 2) : ownValue;
  const biases = contribBiases(node, op, q, k, mask, attentionBias);
  if (!biases) return undefined;
  const { y } = attend(op, q, k, v, { scale: contribScale(node, q), biases });
  const present = node.outputs[1] ? op.concat([op.unsqueeze(k, [0]), op.unsqueeze(v, [0])], 0) : undefined;
  return [joinHeads(op, y), present];
};

/** Pairs of features turned by an angle that grows with the position. */
const rotaryEmbedding: Rewrite = (node, [x, cosCache, sinCache, positions], op) => {
  const flat = x!.rank === 3;
  const heads = flat ? splitHeads(op, x!, node.int("num_heads", 0)) : x!;
  const features = heads.shape[3]!;
  const turned = node.int("rotary_embedding_dim", 0) || features;
  const [rotated, rest] = turned < features ? op.split(heads, [turned, features - turned], -1) : [heads];
  const angle = (cache: Value) => op.unsqueeze(positions ? op.gather(cache, positions, 0) : cache, [1]);
  const [cos, sin] = [angle(cosCache!), angle(sinCache!)];
  const interleaved = node.int("interleaved", 0) === 1;
  const pairs = interleaved ? op.reshape(rotated!, [...rotated!.shape.slice(0, -1), turned / 2, 2]) : rotated!;
  const halves = interleaved ? [1, 1] : [turned / 2, turned / 2];
  const [a, b] = op
    .split(pairs, halves, -1)
    .map((half) => op.reshape(half, [...rotated!.shape.slice(0, -1), turned / 2])) as [Value, Value];
  const real = op.sub(op.mul(a, cos), op.mul(b, sin));
  const imaginary = op.add(op.mul(a, sin), op.mul(b, cos));
  const joined = interleaved
    ? op.reshape(op.concat([op.unsqueeze(real, [-1]), op.unsqueeze(imaginary, [-1])], -1), rotated!.shape)
    : op.concat([real, imaginary], -1);
  const y = rest ? op.concat([joined, rest], -1) : joined;
  return [flat ? joinHeads(op, y) : y];
};

/** Attention and what goes with it, as products, softmax and rotations. */
export const attentionOperators: Readonly<Record<string, Rewrite>> = {
  Attention: attention,
  RotaryEmbedding: rotaryEmbedding,
  "com.microsoft::Attention": contribAttention,
  "com.microsoft::MultiHeadAttention": multiHeadAttention,
};
