import type { Table } from "../define/definition.js";
import type { ObjectiveDefinition } from "../define/objective.js";
import { channel, crossEntropy, layer, logit, neuron, probability, spatial } from "./activation.js";
import { alignment, diversity, interpolation } from "./batch.js";
import { combinations } from "./combine.js";
import { cosine, cosineDirection, direction, tensorDirection } from "./direction.js";
import { accentuation, caricature, inversion, style } from "./image.js";
import { boundary, highFrequency, inputDifference, l1, l2, linf, lp, opacity, tv } from "./penalty.js";
import { head, token } from "./tokens.js";

/** Every objective, by type. */
export const objectives = {
  logit,
  probability,
  crossEntropy,
  neuron,
  channel,
  spatial,
  layer,
  token,
  head,
  direction,
  cosine,
  cosineDirection,
  tensorDirection,
  diversity,
  alignment,
  interpolation,
  caricature,
  inversion,
  style,
  accentuation,
  l1,
  l2,
  linf,
  lp,
  tv,
  highFrequency,
  boundary,
  inputDifference,
  opacity,
  ...combinations,
} satisfies Table<ObjectiveDefinition>;
