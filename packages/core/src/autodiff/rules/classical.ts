import type { VjpRule, VjpRules } from "../vjp.js";
import { zero } from "./pointwise.js";

/** For every output, which reading their cotangents says. */
const zeroOfAll: VjpRule = (_g, { cotangents: _all }) => [];

/** Operators of the domain ai.onnx.ml that are constant almost everywhere. */
export const classical: VjpRules = {
  "ai.onnx.ml::Binarizer": zero,
  "ai.onnx.ml::TreeEnsemble": zero,
  "ai.onnx.ml::TreeEnsembleClassifier": zeroOfAll,
  "ai.onnx.ml::TreeEnsembleRegressor": zero,
};
