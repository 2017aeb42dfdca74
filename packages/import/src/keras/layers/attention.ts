import { XstarError, type Tensor } from "@xstar/core";
import { reshaped } from "../../build/arrays.js";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { softmax } from "../../ops/activations.js";
import { binary, cast, not, unary } from "../../ops/elementwise.js";
import { dense, einsum, matMul } from "../../ops/dense.js";
import { embedding, reshape, transpose, unsqueeze } from "../../ops/shapes.js";
import { finish } from "../activations.js";
import type { EmitLayer, Layer, LayerRow, LayerRows } from "../layer.js";
import { argument, masked, ofCounting } from "./attention-mask.js";

const multiHead: EmitLayer = (b, inputs, layer, call) => {
  const query = argument(call, 0, "query") ?? inputs[0]!;
  const value = argument(call, 1, "value") ?? inputs[1] ?? query;
  const key = argument(call, 2, "key") ?? value;
  if (rankOf(query) !== 3)
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (MultiHeadAttention) works on values of rank ${rankOf(query)}, which is not supported`,
    );
  const heads = layer.number("num_heads");
  const project = (x: Symbolic, part: string, perm: readonly number[]) => {
    const kernel = layer.weight("kernel", part);
    const width = kernel.shape[2]!;
    const features = projected(b, x, layer, part, [kernel.shape[0]!, heads * width]);
    return transpose(b, reshape(b, features, [0, x.dims[1] ?? -1, heads, width]), perm);
  };
  const scale = 1 / Math.sqrt(layer.number("key_dim"));
  const scores = matMul(
    b,
    binary(b, "Mul", project(query, "query", [0, 2, 1, 3]), scale),
    project(key, "key", [0, 2, 3, 1]),
  );
  const weights = softmax(b, masked(b, scores, layer, call, { queries: query.mask, keys: [key.mask, value.mask] }));
  const weighted = matMul(b, weights, project(value, "value", [0, 2, 1, 3]));
  const [, , steps, width] = weighted.dims;
  const together = reshape(b, transpose(b, weighted, [0, 2, 1, 3]), [0, steps ?? -1, heads * width!]);
  const out = layer.weight("kernel", "output");
  return projected(b, together, layer, "output", [heads * width!, ...out.shape.slice(2)]);
};

function projected(b: Builder, x: Symbolic, layer: Layer, part: string, shape: readonly number[]): Symbolic {
  const kernel = b.constant(reshaped(layer.weight("kernel", part), shape), `${part}_kernel`);
  const bias = layer.flag("use_bias", true) ? layer.weight("bias", part) : undefined;
  return dense(b, x, kernel, bias && b.constant(reshaped(bias, [-1]), `${part}_bias`));
}

/** Of query, value and maybe key: Luong's scores are products, Bahdanau's a sum behind a tanh. */
const attending =
  (isAdditive: boolean): EmitLayer =>
  (b, [query, value, given], layer, call) => {
    const key = given ?? value!;
    if (layer.string("score_mode", "dot") !== "dot")
      throw new XstarError(
        "unsupported-model",
        `Layer "${layer.name}" (Attention) has a score that is no dot product, which is not supported`,
      );
    const scale = layer.flag("use_scale", isAdditive) ? b.constant(layer.weight("scale"), "scale") : undefined;
    const scores = isAdditive ? sums(b, query!, key, scale) : products(b, query!, key, scale);
    const weights = softmax(b, masked(b, scores, layer, call, { keys: [value!.mask] }));
    return ofCounting(b, matMul(b, weights, value!), query!.mask);
  };

function products(b: Builder, query: Symbolic, key: Symbolic, scale: Symbolic | undefined): Symbolic {
  const scores = matMul(b, query, transpose(b, key, [0, 2, 1]));
  return scale ? binary(b, "Mul", scores, scale) : scores;
}

function sums(b: Builder, query: Symbolic, key: Symbolic, scale: Symbolic | undefined): Symbolic {
  const pairs = unary(b, "Tanh", binary(b, "Add", unsqueeze(b, query, [2]), unsqueeze(b, key, [1])));
  const scaled = scale ? binary(b, "Mul", pairs, scale) : pairs;
  return b.emit("ReduceSum", [scaled, b.ints([3])], { dims: scaled.dims.slice(0, 3) }, { keepdims: 0 });
}

const embed: LayerRow = {
  weights: ["embeddings"],
  emit: (b, [x], layer) => {
    const tokens = cast(b, x!, "int64");
    const vectors = embedding(b, layer.weight("embeddings"), tokens);
    return layer.flag("mask_zero", false) ? { ...vectors, mask: not(b, binary(b, "Equal", tokens, 0)) } : vectors;
  },
};

const einsumDense: LayerRow = {
  weights: ["kernel", "bias"],
  emit: (b, [x], layer) => {
    const product = einsum(b, layer.string("equation", ""), [x!, b.constant(layer.weight("kernel"), "kernel")]);
    const bias: Tensor | undefined = layer.weightIfThere("bias");
    return finish(b, bias ? binary(b, "Add", product, b.constant(bias, "bias")) : product, layer);
  },
};

/** Layers of transformers. */
export const attentions: LayerRows = {
  MultiHeadAttention: multiHead,
  Attention: { weights: ["scale"], emit: attending(false) },
  AdditiveAttention: { weights: ["scale"], emit: attending(true) },
  Embedding: embed,
  EinsumDense: einsumDense,
};
