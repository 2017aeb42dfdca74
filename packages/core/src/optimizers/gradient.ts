import { defineOptimizer } from "../define/optimizer.js";
import { flag, number } from "../define/fields.js";
import { axesAfterFirst } from "../ir/ops/index.js";

/**
 * Plain gradient ascent: change = learningRate x gradient (the article's rule with learningRate 1).
 *
 * @example
 * gradient({ learningRate: 1 });
 */
export const gradient = defineOptimizer({
  type: "gradient",
  example: { learningRate: 1 },
  doc: "Plain gradient ascent: change = learningRate x gradient (the article's rule with learningRate 1)",
  params: { learningRate: number("step size", { fallback: 1, min: 0 }) },
  update: (p, { op, gradient: g }) => ({ change: op.mul(g, p.learningRate), slots: {} }),
});

/**
 * Gradient ascent with momentum (Polyak, 1964): velocity = momentum x velocity + gradient.
 *
 * @example
 * momentum({ momentum: 0.95 });
 */
export const momentum = defineOptimizer({
  type: "momentum",
  example: { momentum: 0.95 },
  doc: "Gradient ascent with momentum (Polyak, 1964): velocity = momentum x velocity + gradient",
  params: {
    learningRate: number("step size", { fallback: 0.1, min: 0 }),
    momentum: number("share of the velocity that is kept", { fallback: 0.9, min: 0, max: 1 }),
    nesterov: flag("look ahead: change by gradient + momentum x velocity (Sutskever et al., 2013)", false),
  },
  slots: () => ["velocity"],
  update(p, { op, gradient: g, slots }) {
    const velocity = op.add(op.mul(slots.velocity!, p.momentum), g);
    const direction = p.nesterov ? op.add(g, op.mul(velocity, p.momentum)) : velocity;
    return { change: op.mul(direction, p.learningRate), slots: { velocity } };
  },
});

/**
 * Gradient divided by its root mean square over each variable of each picture: every step moves pixels by learningRate on
 * average.
 *
 * @example
 * normalized({ learningRate: 0.05 });
 */
export const normalized = defineOptimizer({
  type: "normalized",
  example: { learningRate: 0.05 },
  doc: "Gradient divided by its root mean square over each variable of each picture: every step moves pixels by learningRate on average",
  params: { learningRate: number("root mean square of the change, in picture units", { fallback: 0.1, min: 0 }) },
  update(p, { op, gradient: g }) {
    const rms = op.sqrt(op.reduceMean(op.mul(g, g), axesAfterFirst(g), true));
    return { change: op.mul(op.div(g, op.add(rms, 1e-12)), p.learningRate), slots: {} };
  },
});

/**
 * Sign of the gradient: every step moves every variable by learningRate (Goodfellow et al., 2015).
 *
 * @example
 * signed({ learningRate: 0.01 });
 */
export const signed = defineOptimizer({
  type: "signed",
  example: { learningRate: 0.01 },
  doc: "Sign of the gradient: every step moves every variable by learningRate (Goodfellow et al., 2015)",
  params: { learningRate: number("size of the change", { fallback: 0.01, min: 0 }) },
  update: (p, { op, gradient: g }) => ({ change: op.mul(op.sign(g), p.learningRate), slots: {} }),
});
