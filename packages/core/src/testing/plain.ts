import {
  compileAscent as compileStandard,
  exportAscent as exportStandard,
  maximize as maximizeStandard,
} from "../ascents.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { Target } from "../ascend/result.js";
import type { LoadedModel } from "../model/load.js";

/** What tests change one thing of: the true gradient by plain pixels, without a recipe. */
const plain: MaximizeOptions = { recipe: "none", optimizer: { type: "gradient" } };

type Targets = Target | readonly Target[];

export const maximize = (model: LoadedModel, target: Targets, options: MaximizeOptions = {}) =>
  maximizeStandard(model, target, { ...plain, ...options });

export const compileAscent = (model: LoadedModel, target: Targets, options: MaximizeOptions = {}) =>
  compileStandard(model, target, { ...plain, ...options });

export const exportAscent = (model: LoadedModel, target: Targets, options: MaximizeOptions = {}) =>
  exportStandard(model, target, { ...plain, ...options });
