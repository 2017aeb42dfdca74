import { constant, fed, floats, uniform, type Case, type Cases } from "../case.js";

const float = (...shape: readonly number[]) => uniform(-2, 2, shape);
const labels = constant([0, 3, 1], [3]);
const places = constant([0, 3, 1, 2], [2, 2]);
const weights = floats([0.5, 1, 2, 0.3]);

const common: readonly Case[] = [
  { inputs: [float(3, 4), labels] },
  { inputs: [float(3, 4), fed(labels), weights], attributes: { reduction: "sum" } },
  { inputs: [float(2, 4, 2), places], attributes: { reduction: "none" } },
  { inputs: [float(2, 4, 2), places, weights] },
  { inputs: [float(3, 4), labels], attributes: { ignore_index: 3 } },
  { inputs: [float(3, 4), constant([0, -1, 1], [3], "int32"), weights], attributes: { ignore_index: -1 }, opset: 12 },
];

export const losses: Cases = {
  NegativeLogLikelihoodLoss: common,
  SoftmaxCrossEntropyLoss: [...common, { inputs: [float(3, 4), labels, weights], outputs: 2, opset: 13 }],
};
