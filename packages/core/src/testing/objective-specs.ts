import type { Spec } from "../define/spec.js";
import { channel, crossEntropy, layer, logit, neuron, probability, spatial } from "../objectives/activation.js";
import { alignment, diversity, interpolation } from "../objectives/batch.js";
import { abs, add, div, mul, pow, sub } from "../objectives/combine.js";
import { cosineDirection, cosine, direction, tensorDirection } from "../objectives/direction.js";
import { accentuation, caricature, inversion, style } from "../objectives/image.js";
import { highFrequency, boundary, inputDifference, l1, l2, linf, lp, opacity, tv } from "../objectives/penalty.js";
import { head, token } from "../objectives/tokens.js";

const photo = { image: "photo" };
const vit = { model: "vit" };

/**
 * At least one objective of every type, for two pictures on the network `tinyCnn` with the labels duck, flamingo and crane,
 * a picture named "photo" and `tinyTransformer` as the further model "vit".
 */
export const objectiveSpecs: readonly Spec[] = [
  logit({ class: 1 }),
  logit({ class: "flamingo" }),
  logit({ class: 2, ...vit }),
  probability({ class: 2 }),
  crossEntropy({ class: 0 }),
  neuron({ layer: "conv", channel: 3 }),
  neuron({ layer: "relu", channel: 3, y: 1, x: 4 }),
  neuron({ layer: "scores", channel: 2 }),
  channel({ layer: "conv", channel: 2 }),
  channel({ layer: "scores", channel: 0 }),
  channel({ layer: "mlp", channel: 5, ...vit }),
  spatial({ layer: "conv" }),
  spatial({ layer: "conv", y: 2, x: 0 }),
  layer({ layer: "relu" }),
  token({ layer: "tokens", channel: 2, ...vit }),
  token({ layer: "tokens", channel: 7, token: 3, ...vit }),
  head({ layer: "attention", head: 1, ...vit }),
  head({ layer: "values", head: 1, heads: 2, ...vit }),
  direction({ layer: "conv", vector: [1, -1, 0.5, 0] }),
  direction({ layer: "scores", vector: [1, 0, -2] }),
  direction({ layer: "conv", vector: [0, 1, 0, 1], y: 0, x: 5 }),
  cosine({ layer: "conv", vector: [1, 2, 3, 4] }),
  cosineDirection({ layer: "conv", vector: [1, 1, 0, 0] }),
  cosineDirection({ layer: "tokens", vector: [1, 0, 0, 0, 0, 0, 0, 1], power: 1, ...vit }),
  tensorDirection({ layer: "scores", values: [1, -1, 0] }),
  tensorDirection({ layer: "conv", values: [1, 0, 0, 1, -1, 0, 0, 1], height: 1, width: 2, y: 3 }),
  tensorDirection({ layer: "conv", ...photo, height: 3, width: 3 }),
  diversity({ layer: "conv" }),
  alignment({ layer: "relu" }),
  interpolation({ layer: "conv", from: 0, to: 3 }),
  interpolation({ layer: "conv", from: 0, to: 3, share: 0.25 }),
  caricature({ layer: "conv", ...photo }),
  caricature({ layer: "relu", ...photo, power: 0 }),
  inversion({ layer: "conv", ...photo }),
  style({ layer: "conv", ...photo }),
  accentuation({ target: logit({ class: 1 }), layer: "conv", ...photo, weight: 0.2 }),
  l1({}),
  l2({ around: 0.5 }),
  linf({}),
  lp({ p: 4 }),
  tv({}),
  highFrequency({}),
  boundary({}),
  boundary({ width: 1, grey: 0 }),
  inputDifference(photo),
  opacity({}),
  add(logit({ class: 1 }), channel({ layer: "pool", channel: 0 }), 2),
  sub(logit({ class: 1 }), mul(0.1, tv({}))),
  mul(layer({ layer: "conv" }), probability({ class: 1 })),
  div(layer({ layer: "conv" }), add(1, l2({}))),
  div(2, add(1, l2({}))),
  pow(layer({ layer: "conv" }), 0.5),
  abs(logit({ class: 1 })),
  add(logit({ class: 1 }), logit({ class: 1, ...vit })),
];
