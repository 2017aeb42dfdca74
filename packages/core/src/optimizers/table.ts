import type { Table } from "../define/definition.js";
import type { OptimizerDefinition } from "../define/optimizer.js";
import type { ScheduleDefinition } from "../define/schedule.js";
import { adagrad, adam, adamw, hypergradient, nadam, rmsprop } from "./adaptive.js";
import { gradient, momentum, normalized, signed } from "./gradient.js";
import { lbfgs } from "./lbfgs.js";
import { constant, cooldown, cosine, exponential, linear, staircase, warmup } from "./schedules.js";

/** Every optimizer, by type. */
export const optimizers = {
  gradient,
  momentum,
  normalized,
  signed,
  adam,
  adamw,
  nadam,
  hypergradient,
  rmsprop,
  adagrad,
  lbfgs,
} satisfies Table<OptimizerDefinition>;

/** Every schedule, by type. */
export const schedules = {
  constant,
  linear,
  cooldown,
  cosine,
  exponential,
  staircase,
  warmup,
} satisfies Table<ScheduleDefinition>;
