import type { Spec } from "../define/spec.js";
import { adagrad, adam, adamw, hypergradient, nadam, rmsprop } from "../optimizers/adaptive.js";
import { gradient, momentum, normalized, signed } from "../optimizers/gradient.js";
import { lbfgs } from "../optimizers/lbfgs.js";
import * as schedules from "../optimizers/schedules.js";
import { alpha } from "../parameterizations/alpha.js";
import { cppn } from "../parameterizations/cppn.js";
import { fourier } from "../parameterizations/fourier.js";
import { generator } from "../parameterizations/generator.js";
import { maco } from "../parameterizations/maco.js";
import { masked } from "../parameterizations/masked.js";
import { pixel } from "../parameterizations/pixel.js";
import { pyramid } from "../parameterizations/pyramid.js";
import { shared } from "../parameterizations/shared.js";
import { array, constant, image, natural, normal, uniform } from "../starts/starts.js";
import { crops, flip, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { lowPass } from "../transforms/low-pass.js";
import { background, blur, lighting, noise } from "../transforms/pixelwise.js";
import { objectiveSpecs } from "./objective-specs.js";

/** At least one spec of every type, for the network `tinyCnn`; the tables are checked against these. */
export const specs = {
  objectives: objectiveSpecs,
  parameterizations: [
    pixel({}),
    pixel({ range: [0, 1] }),
    pixel({ range: [-1, 2.5], squash: "sigmoid" }),
    fourier({}),
    fourier({ decay: 1.5, squash: "clip", range: [-1, 2] }),
    fourier({ squash: "none" }),
    pixel({ colorMatrix: [2], range: [0, 1] }),
    pyramid({}),
    pyramid({ levels: 2, squash: "none" }),
    cppn({ layers: 2, width: 4 }),
    cppn({ activation: "relu", range: [-1, 1] }),
    cppn({ layers: 1, activation: "unbiased", squash: "clip" }),
    maco({}),
    maco({ range: [-2, 2] }),
    maco({ images: "photo" }),
    pyramid({ colorImages: "photo" }),
    shared({}),
    shared({ inner: pyramid({ levels: 2 }), factors: [2, 3] }),
    masked({ image: "photo", mask: "mask" }),
    masked({ image: "photo", mask: "mask", inner: pixel({ range: [0, 1] }) }),
    alpha({}),
    alpha({ inner: cppn({ layers: 1 }), opacity: pixel({ range: [0, 1] }) }),
    generator({ model: "decoder" }),
    generator({ model: "decoder", range: [-1, 1], bounds: [-0.5, 0.5] }),
  ],
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
    lowPass({ cutoff: 0.2 }),
    blur({ radius: 1 }),
    blur({ smallest: 0.5, largest: 2 }),
    lighting({}),
    background({}),
  ],
  optimizers: [
    gradient({}),
    momentum({ learningRate: 0.5, momentum: 0.8 }),
    momentum({ nesterov: true }),
    normalized({}),
    signed({}),
    adam({ beta1: 0.8 }),
    adamw({ around: 0.5, weightDecay: 0.1 }),
    nadam({}),
    nadam({ momentumDecay: 1 }),
    hypergradient({}),
    rmsprop({}),
    adagrad({}),
    lbfgs({}),
    lbfgs({ history: 2, learningRate: 0.5 }),
  ],
  schedules: [
    schedules.constant({}),
    schedules.linear({}),
    schedules.cooldown({}),
    schedules.cosine({ end: 0.1 }),
    schedules.exponential({}),
    schedules.staircase({ every: 3 }),
    schedules.warmup({ steps: 4 }),
  ],
  starts: [
    constant({ value: 1 }),
    uniform({ low: -1 }),
    normal({ mean: 0, deviation: 2 }),
    natural({ deviation: 0.3 }),
    array({ values: Float32Array.of(0.1, 0.2) }),
    image({ image: "photo" }),
  ],
} satisfies Readonly<Record<string, readonly Spec[]>>;
