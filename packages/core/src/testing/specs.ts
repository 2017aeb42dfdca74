import type { Spec } from "../define/fields.js";
import { channel, crossEntropy, layerObjective, logit, neuron, probability } from "../objectives/activation.js";
import { add, mul, sub } from "../objectives/combine.js";
import { l1, l2, lp, totalVariation } from "../objectives/penalty.js";
import { adagrad, adam, gradient, momentum, normalized } from "../optimizers/table.js";
import { pixel } from "../parameterizations/pixel.js";
import { array, constant, normal, uniform } from "../parameterizations/starts.js";
import { crops, flip, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { background, noise } from "../transforms/pixelwise.js";

/** At least one spec of every type, for the network `tinyCnn`; the tables are checked against these. */
export const specs = {
  objectives: [
    logit({ class: 1 }),
    probability({ class: 2 }),
    crossEntropy({ class: 0 }),
    neuron({ layer: "conv", channel: 3 }),
    neuron({ layer: "relu", channel: 3, y: 1, x: 4 }),
    neuron({ layer: "scores", channel: 2 }),
    channel({ layer: "conv", channel: 2 }),
    channel({ layer: "scores", channel: 0 }),
    layerObjective({ layer: "relu" }),
    l1({}),
    l2({ around: 0.5 }),
    lp({ p: 4 }),
    totalVariation({}),
    add(logit({ class: 1 }), channel({ layer: "pool", channel: 0 }), 2),
    sub(logit({ class: 1 }), mul(0.1, totalVariation({}))),
    mul(layerObjective({ layer: "conv" }), probability({ class: 1 })),
  ],
  parameterizations: [pixel({}), pixel({ range: [0, 1] }), pixel({ range: [-1, 2.5], squash: "sigmoid" })],
  transforms: [
    pad({ pixels: 2 }),
    pad({ pixels: 1, mode: "mirror" }),
    jitter({}),
    jitter({ pixels: 0 }),
    scale({ factors: [0.5, 2] }),
    rotate({}),
    flip({ vertical: true }),
    crops({ count: 3 }),
    noise({ deviation: 0.25 }),
    background({}),
  ],
  optimizers: [
    gradient({}),
    momentum({ learningRate: 0.5, momentum: 0.8 }),
    normalized({}),
    adam({ beta1: 0.8 }),
    adagrad({}),
  ],
  starts: [
    constant({ value: 1 }),
    uniform({ low: -1 }),
    normal({ mean: 0, deviation: 2 }),
    array({ values: Float32Array.of(0.1, 0.2) }),
  ],
} satisfies Readonly<Record<string, readonly Spec[]>>;
