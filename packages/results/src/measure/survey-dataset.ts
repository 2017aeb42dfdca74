import {
  observe,
  prepareBatch,
  targetNames,
  type BatchOptions,
  type LoadedModel,
  type ObserveOptions,
  type Spec,
  type Target,
} from "@xstar/core";
import { lookAt } from "./look.js";
import { readingsOf, readingsToObserve } from "./readings.js";
import type { PictureSource } from "./source.js";

/** What the pictures of a data set make of a network: measure once, compare many pictures with it. */
export interface DatasetSurvey {
  /** Of the pictures that could be read. */
  readonly names: readonly string[];
  /** The layer that `features` are of; undefined where none was asked for. */
  readonly layer: string | undefined;
  /** The mean activation of every unit of the layer, by picture. */
  readonly features: readonly ArrayLike<number>[];
  /** Activations by picture. */
  readonly objectives: readonly { readonly objective: Spec; readonly activations: readonly number[] }[];
}

export interface SurveyOptions {
  readonly objectives: readonly Target[];
  /** The layer to read features from, such as the one that `featureLayer` finds. */
  readonly layer?: string | undefined;
  readonly options?: Omit<ObserveOptions, "batch">;
  /** Pictures that go through the network at once. @default 8 */
  readonly batch?: number;
  /** Stops after the batch in progress; what is measured is kept. */
  readonly signal?: AbortSignal;
  readonly onPicture?: (seen: number) => void;
}

/** Measures a data set for `measurePictures`; pictures that cannot be read are left out. Throws as `observe` does. */
export async function surveyDataset(
  model: LoadedModel,
  pictures: PictureSource,
  { objectives, layer, options = {}, batch = 8, signal, onPicture }: SurveyOptions,
): Promise<DatasetSurvey> {
  let specs: readonly Spec[] = [];
  const observer = await observe(model, { ...options, batch }, (look) => {
    specs = objectives.map(look.parse);
    return readingsToObserve(look, specs, layer);
  });
  const names: string[] = [];
  const features: ArrayLike<number>[] = [];
  const activations = specs.map((): number[] => []);
  try {
    for await (const sight of lookAt(observer, pictures)) {
      if (signal?.aborted) break;
      onPicture?.(sight.index + 1);
      if ("error" in sight) continue;
      const seen = readingsOf(sight.values, specs.length);
      names.push(pictures.names[sight.index]!);
      if (seen.features) features.push(seen.features);
      seen.activations.forEach((activation, i) => activations[i]!.push(activation));
    }
  } finally {
    await observer.release();
  }
  const measured = specs.map((objective, i) => ({ objective, activations: activations[i]! }));
  return { names, layer, features, objectives: measured };
}

/** The last layer that has places: its mean over them is what most classifiers read. Undefined without one. */
export async function featureLayer(model: LoadedModel, options: BatchOptions = {}): Promise<string | undefined> {
  const { normalized } = await prepareBatch(model, 1, options);
  const { layers } = targetNames(model.source, normalized);
  return layers.findLast((name) => {
    const { shape } = normalized.values.get(name)!;
    return shape.length === 4 && shape[2]! * shape[3]! > 1;
  });
}
