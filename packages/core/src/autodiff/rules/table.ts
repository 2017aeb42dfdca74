import type { VjpRules } from "../vjp.js";
import { linear } from "./linear.js";
import { normalization } from "./normalization.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pooling.js";
import { reduction } from "./reduction.js";
import { shape } from "./shape.js";

/** Every vjp rule that xstar has, by operator. */
export const rules: VjpRules = { ...pointwise, ...reduction, ...shape, ...linear, ...pooling, ...normalization };
