import type { ParameterizationDefinition } from "../define/define.js";
import { alpha } from "./alpha.js";
import { whole } from "./inner.js";
import { masked } from "./masked.js";

/** Every parameterization, by type. */
export const parameterizations: Readonly<Record<string, ParameterizationDefinition<any>>> = { ...whole, masked, alpha };
