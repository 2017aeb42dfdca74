import { defineOptimizer, type OptimizerDefinition } from "../define/define.js";
import { number } from "../define/fields.js";

/** Smallest divisor: keeps a gradient of zeros at zero. */
const epsilon = 1e-12;

export const gradient = defineOptimizer({
  type: "gradient",
  doc: "Plain gradient ascent: change = learningRate x gradient (the article's rule with learningRate 1)",
  params: { learningRate: number("step size", { fallback: 1, min: 0 }) },
  slots: [],
  update: (p, { op, gradient: g }) => ({ change: op.mul(g, p.learningRate), slots: {} }),
});

export const momentum = defineOptimizer({
  type: "momentum",
  doc: "Gradient ascent with momentum: velocity = momentum x velocity + gradient",
  params: {
    learningRate: number("step size", { fallback: 0.1, min: 0 }),
    momentum: number("share of the velocity that is kept", { fallback: 0.9, min: 0, max: 1 }),
  },
  slots: ["velocity"],
  update(p, { op, gradient: g, slots }) {
    const velocity = op.add(op.mul(slots.velocity!, p.momentum), g);
    return { change: op.mul(velocity, p.learningRate), slots: { velocity } };
  },
});

export const normalized = defineOptimizer({
  type: "normalized",
  doc: "Gradient divided by its root mean square over each picture: every step moves pixels by learningRate on average",
  params: { learningRate: number("root mean square of the change, in picture units", { fallback: 0.1, min: 0 }) },
  slots: [],
  update(p, { op, gradient: g }) {
    const axes = g.shape.slice(1).map((_, i) => i + 1);
    const rms = op.sqrt(op.reduceMean(op.mul(g, g), axes, true));
    return { change: op.mul(op.div(g, op.add(rms, epsilon)), p.learningRate), slots: {} };
  },
});

export const adam = defineOptimizer({
  type: "adam",
  doc: "Adam (Kingma and Ba, 2015)",
  params: {
    learningRate: number("step size", { fallback: 0.05, min: 0 }),
    beta1: number("decay of the mean of gradients", { fallback: 0.9, min: 0, max: 1 }),
    beta2: number("decay of the mean of squared gradients", { fallback: 0.999, min: 0, max: 1 }),
    epsilon: number("added to the divisor", { fallback: 1e-8, min: 0 }),
  },
  slots: ["mean", "square"],
  update(p, { op, gradient: g, slots, step }) {
    const blend = (old: typeof g, now: typeof g, beta: typeof g) =>
      op.add(op.mul(old, beta), op.mul(now, op.sub(1, beta)));
    const mean = blend(slots.mean!, g, p.beta1);
    const square = blend(slots.square!, op.mul(g, g), p.beta2);
    const unbiased = (value: typeof g, beta: typeof g) => op.div(value, op.sub(1, op.pow(beta, step)));
    const divisor = op.add(op.sqrt(unbiased(square, p.beta2)), p.epsilon);
    return { change: op.div(op.mul(unbiased(mean, p.beta1), p.learningRate), divisor), slots: { mean, square } };
  },
});

export const adagrad = defineOptimizer({
  type: "adagrad",
  doc: "Adagrad (Duchi et al., 2011)",
  params: {
    learningRate: number("step size", { fallback: 0.1, min: 0 }),
    initial: number("added to the sum of squared gradients", { fallback: 0.1, min: 0 }),
  },
  slots: ["square"],
  update(p, { op, gradient: g, slots }) {
    const square = op.add(slots.square!, op.mul(g, g));
    const divisor = op.add(op.sqrt(op.add(square, p.initial)), epsilon);
    return { change: op.div(op.mul(g, p.learningRate), divisor), slots: { square } };
  },
});

/** Every optimizer, by type. */
export const optimizers: Readonly<Record<string, OptimizerDefinition<any>>> = {
  gradient,
  momentum,
  normalized,
  adam,
  adagrad,
};
