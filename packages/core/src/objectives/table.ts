import type { ObjectiveDefinition } from "../define/define.js";
import { channel, crossEntropy, layerObjective, logit, neuron, probability } from "./activation.js";
import { combinations } from "./combine.js";
import { l1, l2, lp, totalVariation } from "./penalty.js";

/** Every objective, by type. */
export const objectives: Readonly<Record<string, ObjectiveDefinition<any>>> = {
  logit,
  probability,
  crossEntropy,
  neuron,
  channel,
  layer: layerObjective,
  l1,
  l2,
  lp,
  tv: totalVariation,
  ...combinations,
};
