import type { OptimizerDefinition } from "../define/define.js";
import { adagrad, adam, adamw, nadam, rmsprop } from "./adaptive.js";
import { gradient, momentum, normalized, signed } from "./gradient.js";
import { lbfgs } from "./lbfgs.js";

/** Every optimizer, by type. */
export const optimizers: Readonly<Record<string, OptimizerDefinition<any>>> = {
  gradient,
  momentum,
  normalized,
  signed,
  adam,
  adamw,
  nadam,
  rmsprop,
  adagrad,
  lbfgs,
};
