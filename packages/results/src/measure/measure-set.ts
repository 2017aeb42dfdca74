import type { MeasuredPictures } from "./measure-pictures.js";
import { describeDiversity, type PictureMetrics } from "./picture-metrics.js";

/** What is measured of a set of pictures. */
export type SetMetrics = Omit<MeasuredPictures, "pictures">;

/** What the record of one of many pictures says of it: as `run.json`, and its features. */
export interface RecordedMetrics {
  /** That the features were read from. */
  readonly layer?: string;
  readonly pictures: readonly PictureMetrics[];
  /** Mean activations of the layer's units. */
  readonly features?: readonly number[];
}

/** How different pictures are, by what their records say: the same whichever run made them. */
export function measureSet(recorded: readonly (RecordedMetrics | undefined)[]): SetMetrics {
  const layers = new Set(recorded.map((metrics) => metrics?.layer));
  const [layer] = layers;
  if (layers.size > 1 || recorded.includes(undefined))
    return { layer: undefined, diversity: undefined, missing: { diversity: notAll } };
  const diversity = describeDiversity(recorded.map((metrics) => metrics?.features));
  return "value" in diversity
    ? { layer, diversity: diversity.value, missing: {} }
    : { layer, diversity: undefined, missing: { diversity: diversity.why } };
}

const notAll = "Not all pictures were measured in the same layer";
