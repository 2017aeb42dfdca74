import type { ObjectiveDefinition } from "../define/define.js";
import { channel, crossEntropy, layerObjective, logit, neuron, probability, spatial } from "./activation.js";
import { alignment, diversity, interpolation } from "./batch.js";
import { combinations } from "./combine.js";
import { cosineDirection, cosineSimilarity, direction, tensorDirection } from "./direction.js";
import { accentuation, caricature, inversion, style } from "./image.js";
import { blurPenalty, boundaryPenalty, inputDifference, l1, l2, linf, lp, opacity, totalVariation } from "./penalty.js";
import { head, token } from "./tokens.js";

/** What is subtracted from others, by type. */
export const penalties: Readonly<Record<string, ObjectiveDefinition<any>>> = {
  l1,
  l2,
  linf,
  lp,
  tv: totalVariation,
  blur: blurPenalty,
  boundary: boundaryPenalty,
  inputDifference,
  opacity,
};

/** Every objective, by type. */
export const objectives: Readonly<Record<string, ObjectiveDefinition<any>>> = {
  logit,
  probability,
  crossEntropy,
  neuron,
  channel,
  spatial,
  layer: layerObjective,
  token,
  head,
  direction,
  cosine: cosineSimilarity,
  cosineDirection,
  tensorDirection,
  diversity,
  alignment,
  interpolation,
  caricature,
  inversion,
  style,
  accentuation,
  ...penalties,
  ...combinations,
};
