import { defineOptimizer, type OptimizerContext } from "../define/optimizer.js";
import { number, type Built } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";

const betas = {
  beta1: number("decay of the mean of gradients", { fallback: 0.9, min: 0, max: 1 }),
  beta2: number("decay of the mean of squared gradients", { fallback: 0.999, min: 0, max: 1 }),
};
const epsilon = number("added to the divisor", { fallback: 1e-8, min: 0 });

/** An exponential moving average: `beta` of the old one is kept. */
const average = (op: Ops, old: Value, now: Value, beta: Value) =>
  op.add(op.mul(old, beta), op.mul(now, op.sub(1, beta)));

/** What an average that began at 0 would be without that beginning. */
const unbiased = (op: Ops, value: Value, beta: Value, step: Value) => op.div(value, weightSoFar(op, beta, step));

/**
 * 1 - beta^step: how much of an average is not its beginning. A device's powers err by some 1e-7, which is much of 1 - 0.999: there it
 * is (1 - beta)(1 + beta + beta^2 + ...), up to beta^255, and what comes after these.
 */
export function weightSoFar(op: Ops, beta: Value, step: Value): Value {
  const power = (exponent: Value | number) => op.pow(beta, exponent);
  if (op.lowering === "cpu") return op.sub(1, power(step));
  const exponents = op.constant(
    tensor(
      "float32",
      new Float32Array(255).map((_, i) => i + 1),
    ),
    "exponents",
  );
  const sum = op.add(op.reduceSum(op.where(op.less(exponents, step), power(exponents), 0)), 1);
  return op.add(op.mul(op.sub(1, beta), sum), op.relu(op.sub(power(256), power(step))));
}

type AdamParams = Readonly<Record<"learningRate" | "beta1" | "beta2" | "epsilon", Value>>;

function adamUpdate(p: AdamParams, { op, gradient: g, slots, step }: OptimizerContext) {
  const mean = average(op, slots.mean!, g, p.beta1);
  const square = average(op, slots.square!, op.mul(g, g), p.beta2);
  const divisor = op.add(op.sqrt(unbiased(op, square, p.beta2, step)), p.epsilon);
  const change = op.div(op.mul(unbiased(op, mean, p.beta1, step), p.learningRate), divisor);
  return { change, slots: { mean, square } };
}

/**
 * Adam (Kingma and Ba, 2015).
 *
 * @example
 * adam({ learningRate: 0.05 });
 */
export const adam = defineOptimizer({
  type: "adam",
  example: { learningRate: 0.05 },
  doc: "Adam (Kingma and Ba, 2015)",
  params: { learningRate: number("step size", { fallback: 0.05, min: 0 }), ...betas, epsilon },
  slots: () => ["mean", "square"],
  update: adamUpdate,
});

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): variables also go back towards one value.
 *
 * @example
 * adamw({ learningRate: 0.05 });
 */
export const adamw = defineOptimizer({
  type: "adamw",
  example: { learningRate: 0.05 },
  doc: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019): variables also go back towards one value",
  params: {
    learningRate: number("step size", { fallback: 0.05, min: 0 }),
    ...betas,
    epsilon,
    weightDecay: number("share of the way back that a step of learningRate 1 would go", { fallback: 0.01, min: 0 }),
    around: number("value that the variables go back to", { fallback: 0 }),
  },
  slots: () => ["mean", "square"],
  update(p, context) {
    const { op, variable } = context;
    const { change, slots } = adamUpdate(p, context);
    const back = op.mul(op.sub(variable, p.around), op.mul(p.learningRate, p.weightDecay));
    return { change: op.sub(change, back), slots };
  },
});

const nesterov = {
  ...betas,
  epsilon,
  momentumDecay: number("how fast the momentum grows: 0.004 as in PyTorch, 1 as in Keras", { fallback: 0.004, min: 0 }),
};

/** Without its length. `begun` is 1 - the product of all momenta so far: 0 at first, as every slot. */
function nadamDirection(p: Built<typeof nesterov>, { op, gradient: g, slots, step }: OptimizerContext) {
  const momentum = (at: Value) =>
    op.mul(p.beta1, op.sub(1, op.mul(op.pow(op.scalar(0.96), op.mul(at, p.momentumDecay)), 0.5)));
  const [now, next] = [momentum(step), momentum(op.add(step, 1))];
  const after = (begun: Value, mu: Value) => op.sub(1, op.mul(op.sub(1, begun), mu));
  const begun = after(slots.begun!, now);
  const mean = average(op, slots.mean!, g, p.beta1);
  const square = average(op, slots.square!, op.mul(g, g), p.beta2);
  const ahead = op.div(op.mul(mean, next), after(begun, next));
  const direction = op.add(ahead, op.div(op.mul(g, op.sub(1, now)), begun));
  const divisor = op.add(op.sqrt(unbiased(op, square, p.beta2, step)), p.epsilon);
  return { direction, divisor, slots: { mean, square, begun } };
}

/**
 * Adam with Nesterov momentum (Dozat, 2016), its momentum growing to beta1 over the steps.
 *
 * @example
 * nadam({ learningRate: 0.05 });
 */
export const nadam = defineOptimizer({
  type: "nadam",
  example: { learningRate: 0.05 },
  doc: "Adam with Nesterov momentum (Dozat, 2016), its momentum growing to beta1 over the steps",
  params: { learningRate: number("step size", { fallback: 0.05, min: 0 }), ...nesterov },
  slots: () => ["mean", "square", "begun"],
  update(p, context) {
    const { op } = context;
    const { direction, divisor, slots } = nadamDirection(p, context);
    return { change: op.div(op.mul(direction, p.learningRate), divisor), slots };
  },
});

/**
 * NAdam that finds its own step size for each picture (Baydin et al., 2018; Liang et al., 2024). It grows while gradients point along the
 * mean of those before them, and shrinks while they point against it: hypergradient descent. No element goes against its own gradient, as in
 * cautious optimizers.
 *
 * @example
 * hypergradient({ learningRate: 0.1 });
 */
export const hypergradient = defineOptimizer({
  type: "hypergradient",
  example: { learningRate: 0.1 },
  doc: "NAdam that finds its own step size for each picture (Baydin et al., 2018; Liang et al., 2024)",
  params: {
    learningRate: number("step size at first", { fallback: 0.1, min: 0 }),
    ...nesterov,
    adaptation: number("change of its logarithm where gradients agree wholly", {
      fallback: 4,
      min: 0,
    }),
    most: number("times that it may grow or shrink", {
      fallback: 4,
      min: 1,
    }),
  },
  // `growth` is the logarithm of what the step size is multiplied with, the same for all elements of a picture
  slots: () => ["mean", "square", "begun", "growth"],
  update(p, context) {
    const { op, gradient, variable } = context;
    const { direction, divisor, slots } = nadamDirection(p, context);
    const axes = Array.from({ length: variable.shape.length - 1 }, (_, i) => i + 1);
    const sum = (x: Value) => (axes.length > 0 ? op.reduceSum(x, axes, true) : x);
    const [now, before] = [op.div(gradient, divisor), op.div(context.slots.mean!, divisor)];
    const length = (x: Value) => op.sqrt(sum(op.mul(x, x)));
    const agreement = op.div(sum(op.mul(now, before)), op.add(op.mul(length(now), length(before)), 1e-12));
    const bound = op.log(p.most);
    const growth = op.max(op.min(op.add(context.slots.growth!, op.mul(agreement, p.adaptation)), bound), op.neg(bound));
    const isUphill = op.cast(op.greater(op.mul(direction, gradient), 0), "float32");
    const share = op.div(
      sum(isUphill),
      variable.shape.slice(1).reduce((a, b) => a * b, 1),
    );
    const unit = op.div(op.mul(direction, isUphill), op.mul(divisor, op.add(share, 1e-3)));
    return { change: op.mul(unit, op.mul(p.learningRate, op.exp(growth))), slots: { ...slots, growth } };
  },
});

/**
 * RMSProp (Tieleman and Hinton, 2012): the gradient divided by the root of the mean of its squares.
 *
 * @example
 * rmsprop({ learningRate: 0.01 });
 */
export const rmsprop = defineOptimizer({
  type: "rmsprop",
  example: { learningRate: 0.01 },
  doc: "RMSProp (Tieleman and Hinton, 2012): the gradient divided by the root of the mean of its squares",
  params: {
    learningRate: number("step size", { fallback: 0.01, min: 0 }),
    decay: number("decay of the mean of squared gradients", { fallback: 0.99, min: 0, max: 1 }),
    epsilon,
  },
  slots: () => ["square"],
  update(p, { op, gradient: g, slots }) {
    const square = average(op, slots.square!, op.mul(g, g), p.decay);
    return { change: op.div(op.mul(g, p.learningRate), op.add(op.sqrt(square), p.epsilon)), slots: { square } };
  },
});

/**
 * Adagrad (Duchi et al., 2011).
 *
 * @example
 * adagrad({ learningRate: 0.1 });
 */
export const adagrad = defineOptimizer({
  type: "adagrad",
  example: { learningRate: 0.1 },
  doc: "Adagrad (Duchi et al., 2011)",
  params: {
    learningRate: number("step size", { fallback: 0.1, min: 0 }),
    initial: number("added to the sum of squared gradients", { fallback: 0.1, min: 0 }),
  },
  slots: () => ["square"],
  update(p, { op, gradient: g, slots }) {
    const square = op.add(slots.square!, op.mul(g, g));
    // keeps a gradient of zeros at zero where `initial` is 0
    const divisor = op.add(op.sqrt(op.add(square, p.initial)), 1e-12);
    return { change: op.div(op.mul(g, p.learningRate), divisor), slots: { square } };
  },
});
