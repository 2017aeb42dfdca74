import { tensor } from "../../tensor.js";
import { constant, uniform, type CaseAttribute, type Cases } from "../case.js";

const x = (...shape: readonly number[]) => uniform(-1, 1, shape);
const numbers = (...list: readonly number[]): CaseAttribute => ({ float: list });

const weights = numbers(0.4, -1.2, 0.7, 0.2, -0.5, 0.9);
const vectors = numbers(0.1, 0.5, -0.3, 0.8, -0.6, 0.2);

/** scores of three features by two support vectors */
const regressor = (kernel: string, more: Readonly<Record<string, CaseAttribute>> = {}) => ({
  inputs: [x(2, 3)],
  attributes: {
    kernel_type: kernel,
    kernel_params: numbers(0.7, 0.6, 2),
    support_vectors: vectors,
    n_supports: 2,
    coefficients: numbers(0.8, -1.1),
    rho: numbers(0.3),
    ...more,
  },
});

/** The labels are no floats: the scores alone are used. */
const classifier = (
  labels: readonly number[],
  intercepts: CaseAttribute,
  coefficients: CaseAttribute,
  transform: string,
) => ({
  inputs: [x(2, 3)],
  attributes: { classlabels_ints: labels, intercepts, coefficients, post_transform: transform },
  outputs: 2,
});

/** One question of the second feature, with two answers. */
const tree = (kind: string, ids: string): Readonly<Record<string, CaseAttribute>> => ({
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [1, 0, 0],
  nodes_values: numbers(0.3, 0, 0),
  nodes_modes: { strings: ["BRANCH_LEQ", "LEAF", "LEAF"] },
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
  [`${kind}_treeids`]: [0, 0],
  [`${kind}_nodeids`]: [1, 2],
  [ids]: [0, 1],
  [`${kind}_weights`]: numbers(1, -2),
});

/** The kernels of these have no float64: they are of the domain ai.onnx.ml. */
export const classical: Cases = {
  "ai.onnx.ml::LinearRegressor": [
    { inputs: [x(2, 3)], attributes: { coefficients: weights, intercepts: numbers(0.1, -0.2), targets: 2 } },
    { inputs: [x(4, 6)], attributes: { coefficients: weights } },
  ],
  "ai.onnx.ml::LinearClassifier": [
    classifier([0, 1], numbers(0.1, -0.2), weights, "NONE"),
    classifier([3, 5], numbers(0.1, -0.2), weights, "SOFTMAX"),
    classifier([3, 5], numbers(0.1, -0.2), weights, "LOGISTIC"),
    classifier([0, 1], numbers(0.1), numbers(0.4, -1.2, 0.7), "LOGISTIC"),
  ],
  "ai.onnx.ml::SVMRegressor": [
    regressor("RBF"),
    regressor("POLY"),
    regressor("SIGMOID"),
    regressor("LINEAR"),
    regressor("LINEAR", { n_supports: 0, coefficients: numbers(0.8, -1.1, 0.4) }),
  ],
  "ai.onnx.ml::SVMClassifier": [
    { coefficients: numbers(0.8, -1.1, 0.4, 0.6, -0.2, 0.9, 1.2, -0.7), counts: [1, 2, 1] },
    { coefficients: numbers(0.8, -1.1, 0.4), counts: [1, 2] },
  ].flatMap(({ coefficients, counts }) =>
    ["RBF", "POLY", "LINEAR"].map((kernel) => ({
      inputs: [x(2, 3)],
      attributes: {
        kernel_type: kernel,
        kernel_params: numbers(0.7, 0.6, 2),
        support_vectors: numbers(
          ...[0.1, 0.5, -0.3, 0.8, -0.6, 0.2, 0.7, -0.4, 0.3, -0.9, 0.2, 0.6].slice(0, counts.length === 3 ? 12 : 9),
        ),
        vectors_per_class: counts,
        coefficients,
        rho: numbers(...[0.3, -0.1, 0.2].slice(0, counts.length === 3 ? 3 : 1)),
        classlabels_ints: counts.map((_, i) => i),
      },
      outputs: 2,
    })),
  ),
  "ai.onnx.ml::Binarizer": [{ inputs: [x(2, 3)], attributes: { threshold: { float: 0.1 } }, expects: "zero" }],
  "ai.onnx.ml::TreeEnsemble": [
    {
      inputs: [x(2, 3)],
      attributes: {
        n_targets: 2,
        nodes_splits: { tensor: tensor("float32", [0.3]) },
        nodes_featureids: [1],
        nodes_modes: { tensor: tensor("uint8", [0]) },
        nodes_truenodeids: [0],
        nodes_falsenodeids: [1],
        nodes_trueleafs: [1],
        nodes_falseleafs: [1],
        tree_roots: [0],
        leaf_targetids: [0, 1],
        leaf_weights: { tensor: tensor("float32", [1, -2]) },
      },
      ownOpset: 5,
      expects: "zero",
    },
  ],
  "ai.onnx.ml::TreeEnsembleRegressor": [
    { inputs: [x(2, 3)], attributes: { ...tree("target", "target_ids"), n_targets: 2 }, expects: "zero" },
  ],
  "ai.onnx.ml::TreeEnsembleClassifier": [
    {
      inputs: [x(2, 3)],
      attributes: { ...tree("class", "class_ids"), classlabels_int64s: [4, 7] },
      outputs: 2,
      expects: "zero",
    },
  ],
  "ai.onnx.ml::Normalizer": [
    { inputs: [uniform(0.2, 1, [2, 3])], attributes: { norm: "MAX" } },
    { inputs: [uniform(-1, 1, [2, 3], [0])], attributes: { norm: "L1" } },
    { inputs: [x(2, 3)], attributes: { norm: "L2" } },
  ],
  "ai.onnx.ml::Imputer": [
    {
      inputs: [{ ...x(2, 3), draw: () => [0.4, NaN, -0.3, 0.2, 0.9, NaN] }],
      attributes: { imputed_value_floats: numbers(0.1, -0.2, 0.5), replaced_value_float: { float: NaN } },
    },
    {
      inputs: [x(2, 3)],
      attributes: { imputed_value_floats: numbers(0.3), replaced_value_float: { float: 7 } },
    },
  ],
  "ai.onnx.ml::Scaler": [
    { inputs: [x(2, 3)], attributes: { offset: numbers(0.1, -0.2, 0.5), scale: numbers(2, 0.5, -1) } },
    { inputs: [x(2, 3)], attributes: { offset: numbers(0.1), scale: numbers(3) } },
  ],
  "ai.onnx.ml::ArrayFeatureExtractor": [{ inputs: [x(2, 4), constant([2, 0, 2])] }],
  "ai.onnx.ml::FeatureVectorizer": [{ inputs: [x(2, 3), x(2, 1)], attributes: { inputdimensions: [3, 1] } }],
};
