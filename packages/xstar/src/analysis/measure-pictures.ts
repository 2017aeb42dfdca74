import {
  observe,
  size,
  type LoadedModel,
  type Look,
  type ObserveOptions,
  type Spec,
  type Target,
  type Tensor,
  type Value,
} from "@xstar/core";
import type { Distances } from "./feature-distance.js";
import { lookAt } from "./look.js";
import { describeDiversity, describePicture, type DatasetFacts, type PictureMetrics } from "./picture-metrics.js";
import { readingsOf, readingsToObserve } from "./readings.js";
import type { DatasetSurvey } from "./survey-dataset.js";

export interface MeasureOptions {
  /** What the pictures were made for: one objective for all, or one for each. */
  readonly objective: Target | readonly Target[];
  readonly options?: Omit<ObserveOptions, "batch">;
  /** The layer to read features from. @default the data set's */
  readonly layer?: string | undefined;
  readonly dataset?: DatasetSurvey | undefined;
  /** Another network that should recognize the class, too. */
  readonly second?: SecondNetwork | undefined;
}

export interface SecondNetwork {
  readonly model: LoadedModel;
  readonly options?: Omit<ObserveOptions, "batch">;
  /** The class there. @default the class of the objective */
  readonly class?: number;
}

/** The metrics of some pictures, as plain JSON. */
export interface MeasuredPictures {
  /** That features were read from. */
  readonly layer: string | undefined;
  readonly pictures: readonly PictureMetrics[];
  /** The mean distance of all pairs in the network's features; undefined for the reason in `missing`. */
  readonly diversity: Distances | undefined;
  readonly missing: { readonly diversity?: string };
}

/**
 * How good pictures [n, channels, height, width] (picture units, at any size) are: their activation without transforms and
 * its percentile, how near real pictures are, whether this and another network recognize the class, the slope of the
 * spectrum, and how different they are. What is not known is undefined, with the reason. Throws as `observe` does.
 */
export async function measurePictures(
  model: LoadedModel,
  pictures: Tensor,
  { objective, options = {}, layer: asked, dataset, second }: MeasureOptions,
): Promise<MeasuredPictures> {
  const layer = asked ?? dataset?.layer;
  const targets = Array.isArray(objective) ? (objective as readonly Target[]) : [objective as Target];
  let specs: readonly Spec[] = [];
  const seen = await showAll(model, pictures, options, (look) => {
    specs = targets.map(look.parse);
    return { ...readingsToObserve(look, specs, layer), ...(specs.some(isForClass) && readScores(look)) };
  });
  const needsSecond = second && (second.class !== undefined || specs.some(isForClass));
  const seenBySecond = needsSecond ? await showAll(second.model, pictures, second.options ?? {}, readScores) : [];

  const all = seen.map((values, i) => {
    const at = specs.length === 1 ? 0 : i;
    const { activations, features } = readingsOf(values, specs.length);
    const facts = {
      activation: activations[at]!,
      features,
      planes: pictures.shape.length === 4 ? pictureAt(pictures, i) : undefined,
      own: { class: classOf(specs[at]!), scores: scoresIn(values) },
      second: second && { class: second.class ?? classOf(specs[at]!), scores: scoresIn(seenBySecond[i] ?? {}) },
    };
    return { facts, examples: dataset && examplesFor(specs[at]!, layer, dataset) };
  });
  const diversity = describeDiversity(all.map(({ facts }) => facts.features));
  return {
    layer,
    pictures: all.map(({ facts, examples }) => describePicture(facts, examples)),
    diversity: "value" in diversity ? diversity.value : undefined,
    missing: "why" in diversity ? { diversity: diversity.why } : {},
  };
}

/** What a network makes of each picture, one at a time. */
async function showAll(
  model: LoadedModel,
  pictures: Tensor,
  options: ObserveOptions,
  read: (look: Look) => Readonly<Record<string, Value>>,
): Promise<Readonly<Record<string, Tensor>>[]> {
  const { shape } = pictures;
  const given = shape.length === 4 ? { ...options, size: [shape[2]!, shape[3]!] as const } : options;
  const observer = await observe(model, given, read);
  try {
    const seen: Readonly<Record<string, Tensor>>[] = [];
    const names = Array.from({ length: shape[0]! }, (_, i) => String(i));
    for await (const sight of lookAt(observer, { names, read: async (i) => pictureAt(pictures, i) })) {
      if ("error" in sight) throw sight.error;
      seen.push(sight.values);
    }
    return seen;
  } finally {
    await observer.release();
  }
}

function pictureAt({ dtype, shape, data }: Tensor, i: number): Tensor & { readonly data: Float32Array } {
  const one = shape.slice(1);
  return { dtype, shape: one, data: (data as Float32Array).slice(i * size(one), (i + 1) * size(one)) };
}

const readScores = (look: Look) => ({ scores: look.logits() });

const scoresIn = (values: Readonly<Record<string, Tensor>>) => values["scores"]?.data as Float32Array | undefined;

const classObjectives: ReadonlySet<string> = new Set(["logit", "probability", "crossEntropy"]);

function classOf({ type, class: index }: Spec): number | undefined {
  return classObjectives.has(type) && typeof index === "number" ? index : undefined;
}

const isForClass = (spec: Spec) => classOf(spec) !== undefined;

/** What of a survey can be compared with pictures made for an objective. */
function examplesFor(
  spec: Spec,
  layer: string | undefined,
  { names, objectives, features, ...rest }: DatasetSurvey,
): DatasetFacts {
  const wanted = JSON.stringify(spec);
  return {
    names,
    activations: objectives.find(({ objective }) => JSON.stringify(objective) === wanted)?.activations,
    features: layer !== undefined && rest.layer === layer ? features : undefined,
  };
}
