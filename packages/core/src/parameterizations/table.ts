import type { ParameterizationDefinition } from "../define/define.js";
import { pixel } from "./pixel.js";

/** Every parameterization, by type. */
export const parameterizations: Readonly<Record<string, ParameterizationDefinition<any>>> = { pixel };
