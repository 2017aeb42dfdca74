import { defineSchedule } from "../define/schedule.js";
import { fixed, int } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** How much of the run lies behind: 0 at its first step, 1 at its last. */
function progress(op: Ops, step: Value, steps: Value): Value {
  return op.div(op.sub(step, 1), op.max(op.sub(steps, 1), 1));
}

/**
 * The same learning rate at every step.
 *
 * @example
 * schedules.constant();
 */
export const constant = defineSchedule({
  type: "constant",
  example: {},
  isConstant: true,
  isOpenEnded: true,
  doc: "The same learning rate at every step",
  params: {},
  build: (_, { op }) => op.scalar(1),
});

const end = fixed("share of the learning rate at the last step", { fallback: 0, min: 0 });

/**
 * From the learning rate at the first step in a straight line to a share of it at the last.
 *
 * @example
 * schedules.linear({ end: 0.1 });
 */
export const linear = defineSchedule({
  type: "linear",
  example: { end: 0.1 },
  doc: "From the learning rate at the first step in a straight line to a share of it at the last",
  params: { end },
  build: (p, { op, step, steps }) => op.add(op.mul(progress(op, step, steps), p.end - 1), 1),
});

/**
 * The same learning rate, and a straight line to nothing at the end (Hägele et al., 2024): as good as a mean of the last pictures.
 *
 * @example
 * schedules.cooldown({ share: 0.2 });
 */
export const cooldown = defineSchedule({
  type: "cooldown",
  example: { share: 0.2 },
  doc: "The same learning rate, and a straight line to nothing at the end (Hägele et al., 2024)",
  params: { share: fixed("share of the run in which it falls", { fallback: 0.2, min: 0.001, max: 1 }) },
  // the step after the last one would have none
  build: (p, { op, step, steps }) =>
    op.min(op.div(op.sub(op.add(steps, 1), step), op.max(op.mul(steps, p.share), 1)), 1),
});

/**
 * From the learning rate to a share of it along half a cosine (Loshchilov and Hutter, 2017).
 *
 * @example
 * schedules.cosine({ end: 0.1 });
 */
export const cosine = defineSchedule({
  type: "cosine",
  example: { end: 0.1 },
  doc: "From the learning rate to a share of it along half a cosine (Loshchilov and Hutter, 2017)",
  params: { end },
  build(p, { op, step, steps }) {
    const half = op.cos(op.mul(progress(op, step, steps), Math.PI));
    return op.add(op.mul(half, (1 - p.end) / 2), (1 + p.end) / 2);
  },
});

/**
 * Every step's learning rate is the same share of the one before.
 *
 * @example
 * schedules.exponential({ end: 0.01 });
 */
export const exponential = defineSchedule({
  type: "exponential",
  example: { end: 0.01 },
  doc: "Every step's learning rate is the same share of the one before",
  params: { end: fixed("share of the learning rate at the last step", { fallback: 0.01, min: 1e-12 }) },
  build: (p, { op, step, steps }) => op.exp(op.mul(progress(op, step, steps), Math.log(p.end))),
});

/**
 * The learning rate is multiplied with a factor every so many steps (Mahendran and Vedaldi, 2015).
 *
 * @example
 * schedules.staircase({ every: 40 });
 */
export const staircase = defineSchedule({
  type: "staircase",
  example: { every: 40 },
  isOpenEnded: true,
  doc: "The learning rate is multiplied with a factor every so many steps (Mahendran and Vedaldi, 2015)",
  params: {
    factor: fixed("what it is multiplied with", { fallback: 0.1, min: 1e-12 }),
    every: int("number of steps", { fallback: 40, min: 1 }),
  },
  build(p, { op, step }) {
    // half a step more keeps whole quotients whole in 32 bits
    const drops = op.floor(op.div(op.sub(step, 0.5), p.every));
    return op.exp(op.mul(drops, Math.log(p.factor)));
  },
});

/**
 * From a share of the learning rate to all of it in so many steps, then the same.
 *
 * @example
 * schedules.warmup({ steps: 10 });
 */
export const warmup = defineSchedule({
  type: "warmup",
  example: { steps: 10 },
  isOpenEnded: true,
  doc: "From a share of the learning rate to all of it in so many steps, then the same",
  params: {
    steps: int("steps until the whole learning rate", { fallback: 10, min: 1 }),
    start: fixed("share of the learning rate before the first step", { fallback: 0, min: 0 }),
  },
  build: (p, { op, step }) => op.min(op.add(op.mul(step, (1 - p.start) / p.steps), p.start), 1),
});
