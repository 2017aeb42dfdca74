import { constant, fed, floats, uniform, type Case, type CaseAttribute, type Cases, type Sample } from "../case.js";

type Attributes = Readonly<Record<string, CaseAttribute>>;
const x = (...shape: readonly number[]) => uniform(-1, 1, shape);
const [batch, heads, queries, keys, features] = [2, 2, 3, 4, 2];

const attention = (
  inputs: readonly (Sample | undefined)[],
  attributes: Attributes = {},
  outputs: Case["outputs"] = 1,
  opset = 23,
): Case => ({
  inputs,
  attributes,
  outputs,
  opset,
});

const flat = (length: number, width = heads * features) => x(batch, length, width);
const four = (length: number, count = heads) => x(batch, count, length, features);
const counts = { q_num_heads: heads, kv_num_heads: heads };
const mask = constant([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1], [queries, keys], "bool");
/** The first query sees no key; the second none before it, so none at all where it may not look ahead. */
const blind = constant([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1], [queries, keys], "bool");
const hidden = (by: number) => floats([by, by, by, by, by, by, 0, 0.1, 0.2, 0.5, by, 0], [queries, keys]);

const multiHead = (inputs: readonly (Sample | undefined)[], attributes: Attributes = {}, outputs = 1): Case => ({
  inputs,
  attributes: { num_heads: heads, ...attributes },
  outputs,
});

const joint = (rest: readonly (Sample | undefined)[] = [], attributes: Attributes = {}): Case => ({
  inputs: [x(batch, queries, 3), x(3, 12), x(12), ...rest],
  attributes: { num_heads: heads, ...attributes },
});

const fusedConv = (activation: string, parameters: readonly number[] = [], more: Partial<Case> = {}): Case => ({
  inputs: [x(1, 2, 4, 4), x(3, 2, 3, 3), x(3)],
  attributes: {
    activation,
    pads: [1, 1, 1, 1],
    ...(parameters.length > 0 && { activation_params: { float: parameters } }),
  },

  ...more,
});

const matMul = (a: readonly number[], b: readonly number[], attributes: Attributes = {}): Case => ({
  inputs: [x(...a), x(...b)],
  attributes,
});

const skip = (count: number, more: Partial<Case> = {}): Case => ({
  inputs: [x(2, 3, 4), x(2, 3, 4), uniform(0.5, 1.5, [4]), x(4), x(4)].slice(0, count),
  attributes: { epsilon: { float: 1e-3 } },
  ...more,
});

const angles = (...shape: readonly number[]) => [uniform(-1, 1, shape), uniform(-1, 1, shape)];

const float = (value: number) => ({ float: value });
const retired = (attributes: Attributes): Case => ({ inputs: [x(1, 2, 4, 5)], attributes, opset: 9 });

export const compound: Cases = {
  ImageScaler: [retired({ scale: float(0.5), bias: { float: [0.1, -0.2] } })],
  Scale: [retired({ scale: float(-1.5) })],
  Affine: [retired({ alpha: float(0.7), beta: float(0.2) })],
  ScaledTanh: [retired({ alpha: float(0.7), beta: float(1.3) })],
  ParametricSoftplus: [retired({ alpha: float(0.7), beta: float(1.3) })],
  Crop: [retired({ border: [1, 0, 2, 1] }), retired({ border: [1, 1, 0, 0], scale: [2, 3] })],
  TensorScatter: [
    { inputs: [x(2, 5, 3), x(2, 2, 3), constant([1, 3])], opset: 24 },
    { inputs: [x(2, 5, 3), x(2, 2, 3), fed(constant([4, 2]))], attributes: { mode: "circular" }, opset: 24 },
    { inputs: [x(2, 2, 3, 2), x(2, 2, 2, 2)], opset: 24 },
    { inputs: [x(2, 3, 4), x(2, 3, 1), constant([3, 0])], attributes: { axis: 2 }, opset: 24 },
  ],
  Attention: [
    attention([four(queries), four(keys), four(keys)]),
    attention([flat(queries), flat(keys), flat(keys)], counts),
    attention([four(queries), four(keys), four(keys), x(queries, keys)], { scale: { float: 0.4 } }),
    attention([four(queries), four(keys), four(keys), mask], {}),
    attention([four(queries, 4), four(keys, 2), four(keys, 2)], { is_causal: 1 }),
    attention([four(queries), four(keys), four(keys)], { softcap: { float: 1.5 } }, 1, 24),
    attention([four(queries), four(2), four(2), x(queries, keys), four(2), four(2)], {}, 3),
    attention([flat(queries, 8), flat(keys), flat(keys)], { q_num_heads: 4, kv_num_heads: 2, is_causal: 1 }),
    ...[0, 1, 2, 3].map((qk_matmul_output_mode) =>
      attention(
        [four(queries), four(keys), four(keys), x(queries, keys)],
        { softcap: { float: 1.5 }, qk_matmul_output_mode },
        4,
      ),
    ),
    ...[
      ...[blind, fed(blind), hidden(Number.NEGATIVE_INFINITY), hidden(-3.4028234663852886e38)].flatMap((nothing) => [
        attention([four(queries), four(keys), four(keys), nothing]),
        attention([flat(queries), flat(keys), flat(keys), nothing], { ...counts, is_causal: 1 }),
      ]),
      attention([four(queries), four(keys), four(keys), blind], { qk_matmul_output_mode: 3 }, [
        true,
        false,
        false,
        true,
      ]),
      ...[0, 1].map((is_causal) =>
        attention(
          [four(queries), four(keys), four(keys), undefined, undefined, undefined, constant([2, 4])],
          { is_causal },
          1,
          24,
        ),
      ),
    ].map((one): Case => ({ ...one, single: true })),
  ],
  RotaryEmbedding: [
    { inputs: [x(2, 2, 3, 4), ...angles(2, 3, 2)], opset: 23 },
    {
      inputs: [x(2, 3, 8), ...angles(5, 2), constant([0, 1, 2, 4, 3, 0], [2, 3])],
      attributes: { num_heads: 2 },
      opset: 23,
    },
    { inputs: [x(2, 2, 3, 6), ...angles(2, 3, 2)], attributes: { interleaved: 1, rotary_embedding_dim: 4 }, opset: 23 },
  ],
  "com.microsoft::MultiHeadAttention": [
    multiHead([flat(queries), flat(keys), flat(keys)]),
    multiHead([flat(queries), flat(keys), flat(keys), x(12)], { scale: { float: 0.3 } }),
    multiHead([flat(queries), flat(queries), flat(queries)], { unidirectional: 1 }),
    multiHead([flat(queries), flat(keys), flat(keys), undefined, undefined, x(1, 2, queries, keys)]),
    multiHead([
      flat(queries),
      flat(keys),
      flat(keys, 6),
      x(14),
      fed(constant([1, 1, 0, 1, 1, 1, 1, 0], [2, 4], "int32")),
    ]),
    multiHead([flat(queries), four(keys), four(keys)]),
  ],
  "com.microsoft::Attention": [
    joint(),
    joint([], { unidirectional: 1 }),
    joint([constant([1, 1, 0, 1, 1, 1], [2, 3], "int32")]),
    joint([constant([2, 3], [2], "int32")]),
    joint([], { qkv_hidden_sizes: [4, 4, 4], scale: { float: 0.7 } }),
    { ...joint([undefined, x(2, 2, 2, 2, 2)]), outputs: 2 },
    joint([undefined, undefined, x(1, 2, 3, 3)]),
  ],
  "com.microsoft::FusedConv": [
    fusedConv("Relu"),
    fusedConv("Sigmoid"),
    fusedConv("Tanh"),
    fusedConv("LeakyRelu", [0.2]),
    fusedConv("Clip", [-1, 2]),
    fusedConv("HardSigmoid", [0.2, 0.5]),
    fusedConv("Relu", [], { inputs: [x(1, 2, 4, 4), x(3, 2, 3, 3), x(3), x(1, 3, 4, 4)] }),
  ],
  "com.microsoft::FusedGemm": [
    {
      inputs: [x(2, 3), x(3, 4), x(4)],
      attributes: { activation: "LeakyRelu", activation_alpha: { float: 0.3 }, alpha: { float: 0.5 } },
    },
    { inputs: [x(2, 3), x(4, 3)], attributes: { activation: "Tanh", transB: 1 } },
  ],
  "com.microsoft::FusedMatMul": [
    matMul([2, 3], [3, 4], { alpha: { float: 0.5 } }),
    matMul([2, 3, 2], [2, 3, 4], { transA: 1 }),
    matMul([2, 2, 3], [2, 4, 3], { transB: 1 }),
    matMul([3, 2, 4], [2, 4, 3], { transBatchA: 1 }),
    matMul([2, 3, 4], [4, 2, 5], { transBatchB: 1 }),
  ],
  "com.microsoft::FastGelu": [{ inputs: [x(2, 4)] }, { inputs: [x(2, 3, 4), x(4)] }],
  "com.microsoft::BiasGelu": [{ inputs: [x(2, 3, 4), x(4)] }],
  "com.microsoft::SkipLayerNormalization": [
    skip(3),
    skip(4),
    skip(5),
    skip(5, { outputs: [true, false, false, true] }),
    { ...skip(4), inputs: [x(2, 3, 4), x(3, 4), uniform(0.5, 1.5, [4]), x(4)] },
  ],
  "com.microsoft::SkipSimplifiedLayerNormalization": [skip(3, {}), skip(4, { outputs: [true, false, false, true] })],
};
