import type { Table } from "../define/definition.js";
import type { OptimizerDefinition } from "../define/optimizer.js";
import { adagrad, adam, adamw, nadam, rmsprop } from "./adaptive.js";
import { gradient, momentum, normalized, signed } from "./gradient.js";
import { lbfgs } from "./lbfgs.js";

/** Every optimizer, by type. */
export const optimizers = {
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
} satisfies Table<OptimizerDefinition>;
