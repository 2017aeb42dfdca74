import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

/** Numbers of an attribute as a constant of a shape. */
function held(op: Ops, node: Node, name: string, shape: (count: number) => readonly number[]): Value | undefined {
  const numbers = node.floats(name);
  if (!numbers || numbers.length === 0) return undefined;
  return op.constant(tensor("float32", numbers, shape(numbers.length)), name);
}

/** Rows of features: [features] is one row. */
const rows = (op: Ops, x: Value): Value => op.cast(x.rank === 1 ? op.reshape(x, [1, x.shape[0]!]) : x, "float32");

/** What an operator does to its scores at the end; undefined for what has no gradient of use. */
function finish(op: Ops, scores: Value, transform: string): Value | undefined {
  if (transform === "NONE") return scores;
  if (transform === "LOGISTIC") return op.sigmoid(scores);
  return transform === "SOFTMAX" ? op.softmax(scores, -1) : undefined;
}

/** x C^T + intercepts */
function linear(op: Ops, node: Node, x: Value, targets: number): Value | undefined {
  const features = rows(op, x);
  const weights = held(op, node, "coefficients", () => [targets, features.shape[1]!]);
  if (!weights) return undefined;
  const product = op.matMul(features, op.transpose(weights, [1, 0]));
  const intercepts = held(op, node, "intercepts", (count) => [count]);
  return intercepts ? op.add(product, intercepts) : product;
}

const linearRegressor: Rewrite = (node, [x], op) => {
  const scores = linear(op, node, x!, node.int("targets", 1));
  const y = scores && finish(op, scores, node.string("post_transform", "NONE"));
  return y && [y];
};

/** The labels stay what they are: only the scores have a gradient. */
const linearClassifier: Rewrite = (node, [x], op) => {
  const classes = node.outputs[1]?.shape.at(-1);
  const transform = node.string("post_transform", "NONE");
  const targets = node.floats("intercepts")?.length ?? classes;
  if (classes === undefined || targets === undefined) return undefined;
  const scores = linear(op, node, x!, targets);
  // one score stands for two classes
  const both = scores && (targets === 1 && classes === 2 ? op.concat([op.neg(scores), scores], 1) : scores);
  const y = both && finish(op, both, transform);
  if (!y) return undefined;
  const [labels] = op.repeatNode(node, [x], [node.outputs[0]?.type, undefined]);
  return [labels!, y];
};

/** The kernel of each row with each support vector, [rows, vectors]. */
function kernel(op: Ops, node: Node, x: Value, vectors: Value): Value | undefined {
  const [gamma = 0, constant = 0, degree = 0] = node.floats("kernel_params") ?? [];
  const products = () => op.matMul(x, op.transpose(vectors, [1, 0]));
  switch (node.string("kernel_type", "LINEAR")) {
    case "LINEAR":
      return products();
    case "POLY":
      return op.pow(op.add(op.mul(products(), gamma), constant), degree);
    case "SIGMOID":
      return op.tanh(op.add(op.mul(products(), gamma), constant));
    case "RBF": {
      const apart = op.sub(op.unsqueeze(x, [1]), op.unsqueeze(vectors, [0]));
      return op.exp(op.mul(op.reduceSum(op.mul(apart, apart), [-1]), -gamma));
    }
    default:
      return undefined;
  }
}

const supportVectorRegressor: Rewrite = (node, [x], op) => {
  const features = rows(op, x!);
  const count = node.int("n_supports", 0);
  const vectors = count > 0 ? held(op, node, "support_vectors", (n) => [count, n / count]) : undefined;
  const weights = held(op, node, "coefficients", (n) => [n, 1]);
  if (!weights || node.int("one_class", 0) !== 0) return undefined;
  const similar = vectors ? kernel(op, node, features, vectors) : features;
  if (!similar) return undefined;
  const [rho = 0] = node.floats("rho") ?? [];
  const y = finish(op, op.add(op.matMul(similar, weights), rho), node.string("post_transform", "NONE"));
  return y && [y];
};

/**
 * The scores of the pairs of classes, (0, 1), (0, 2), ..., (1, 2), ...: of each the vectors of both classes
 * count, with the weights that they have against the other one. The one pair of two classes gives both their scores. The labels
 * stay what they are.
 */
const supportVectorClassifier: Rewrite = (node, [x], op) => {
  const counts = node.ints("vectors_per_class") ?? [];
  const [count, weights] = [counts.reduce((a, b) => a + b, 0), node.floats("coefficients") ?? []];
  const isPlain = node.string("post_transform", "NONE") === "NONE" && !node.floats("prob_a")?.length;
  if (counts.length < 2 || !isPlain) return undefined;
  const features = rows(op, x!);
  const vectors = held(op, node, "support_vectors", (n) => [count, n / count]);
  const similar = vectors && kernel(op, node, features, vectors);
  if (!similar) return undefined;
  const classOf = counts.flatMap((n, i) => Array.from({ length: n }, () => i));
  const pairs = counts.flatMap((_, i) => counts.slice(i + 1).map((_, j) => [i, i + 1 + j] as const));
  const matrix = classOf.flatMap((own, vector) =>
    pairs.map(([i, j]) => {
      if (own === i) return weights[(j - 1) * count + vector]!;
      return own === j ? weights[i * count + vector]! : 0;
    }),
  );
  const product = op.matMul(similar, op.constant(tensor("float32", matrix, [count, pairs.length]), "pairs"));
  const rho = held(op, node, "rho", (n) => [n]);
  const [labels] = op.repeatNode(node, [x], [node.outputs[0]?.type, undefined]);
  const scores = rho ? op.add(product, rho) : product;
  return [labels!, pairs.length === 1 ? op.concat([op.neg(scores), scores], 1) : scores];
};

/** Rows divided by their largest number, or by a norm; rows of zeros stay. */
const normalizer: Rewrite = (node, [x], op) => {
  const features = op.cast(x!, "float32");
  const norms = {
    MAX: () => op.reduceMax(features, [-1], true),
    L1: () => op.reduceSum(op.abs(features), [-1], true),
    L2: () => op.sqrt(op.reduceSum(op.mul(features, features), [-1], true)),
  };
  const norm = norms[node.string("norm", "MAX") as keyof typeof norms]?.();
  return norm && [op.div(features, op.where(op.equal(norm, 0), 1, norm))];
};

const scaler: Rewrite = (node, [x], op) => {
  const offset = held(op, node, "offset", (count) => [count]);
  const scale = held(op, node, "scale", (count) => [count]);
  const moved = offset ? op.sub(op.cast(x!, "float32"), offset) : op.cast(x!, "float32");
  return [scale ? op.mul(moved, scale) : moved];
};

/** Numbers in the place of missing ones, which are told by a number or by NaN; what is there passes. */
const imputer: Rewrite = (node, [x], op) => {
  const imputed = held(op, node, "imputed_value_floats", (count) => [count]);
  if (!imputed || x!.dtype !== "float32") return undefined;
  const missing = node.float("replaced_value_float", 0);
  return [op.where(Number.isNaN(missing) ? op.not(op.equal(x!, x!)) : op.equal(x!, missing), imputed, x!)];
};

/** Elements of the last axis by their numbers. */
const arrayFeatureExtractor: Rewrite = (node, [x, indices], op) => {
  const { shape } = node.outputs[0]!;
  const places = op.reshape(indices!, [size(indices!.shape)]);
  return [op.reshape(op.gather(x!, places, x!.rank - 1), shape)];
};

const featureVectorizer: Rewrite = (_, inputs, op) => [
  op.concat(
    inputs.map((x) => rows(op, x!)),
    1,
  ),
];

/** Operators of the domain ai.onnx.ml, which exporters of scikit-learn and the like write. */
export const classicalOperators: Readonly<Record<string, Rewrite>> = {
  "ai.onnx.ml::LinearRegressor": linearRegressor,
  "ai.onnx.ml::LinearClassifier": linearClassifier,
  "ai.onnx.ml::SVMRegressor": supportVectorRegressor,
  "ai.onnx.ml::SVMClassifier": supportVectorClassifier,
  "ai.onnx.ml::Normalizer": normalizer,
  "ai.onnx.ml::Scaler": scaler,
  "ai.onnx.ml::Imputer": imputer,
  "ai.onnx.ml::ArrayFeatureExtractor": arrayFeatureExtractor,
  "ai.onnx.ml::FeatureVectorizer": featureVectorizer,
};
