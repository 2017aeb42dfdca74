import {
  prepareModel,
  targetNames,
  type BatchOptions,
  type LoadedModel,
  type ProbeOptions,
  type Spec,
  type Target,
} from "@xstar/core";
import { findExamples, openTargets, type FoundExamples } from "./find-examples.js";
import type { ExampleSource } from "./source.js";

/** What the pictures of a data set make of a network: measure once, compare many pictures with it. */
export interface DatasetScan {
  /** Of the pictures that could be used. */
  readonly names: readonly string[];
  /** The layer that `features` are of; undefined where none was asked for. */
  readonly layer: string | undefined;
  /** The mean activation of every unit of the layer, by picture. */
  readonly features: readonly ArrayLike<number>[];
  /** Activations by picture. */
  readonly objectives: readonly { readonly objective: Spec; readonly activations: readonly number[] }[];
}

/** What of a data set is measured. */
export interface ScanOptions {
  readonly objectives: readonly Target[];
  /** The layer to read features from, such as the one that `featureLayer` finds. */
  readonly layer?: string | undefined;
  readonly options?: Omit<ProbeOptions, "batch">;
  /** Pictures that go through the network at once. @default 8 */
  readonly batch?: number;
  /** Stops after the picture in progress; what is measured is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: ((seen: number) => void) | undefined;
}

/**
 * Measures a data set for `measurePictures`; pictures that cannot be used are left out. Throws as `probe` does, and
 * `bad-argument` for a model that takes no pictures of 1 or 3 channels.
 *
 * @example
 * const scan = await scanDataset(model, dataset, { objectives: ["conv2:7"], layer: await featureLayer(model) });
 * await measurePictures(model, pictures, { objective: "conv2:7", dataset: scan });
 */
export async function scanDataset(
  model: LoadedModel,
  pictures: ExampleSource,
  { objectives, layer, options = {}, batch = 8, signal, onPicture }: ScanOptions,
): Promise<DatasetScan> {
  const named = objectives.map((objective, i) => ({ target: String(i), objective }));
  const opened = await openTargets(model, named, { ...options, layer, batch, places: false });
  try {
    return surveyOf(await findExamples(opened, pictures, { signal, onPicture }), pictures, layer);
  } finally {
    await opened.probe.release();
  }
}

/** What was found, to compare pictures with. */
export function surveyOf(found: FoundExamples, { names }: ExampleSource, layer: string | undefined): DatasetScan {
  const skipped = new Set(found.skipped.map(({ index }) => index));
  return {
    names: names.slice(0, found.seen).filter((_, i) => !skipped.has(i)),
    layer,
    features: found.features,
    objectives: found.targets.map(({ objective, examples }) => ({
      objective,
      activations: examples.map(({ activation }) => activation),
    })),
  };
}

/**
 * The last layer that has places: its mean over them is what most classifiers read. Undefined without one.
 *
 * @example
 * const layer = await featureLayer(model); // "conv2"
 */
export async function featureLayer(model: LoadedModel, options: BatchOptions = {}): Promise<string | undefined> {
  const { normalized } = await prepareModel(model, 1, options);
  const { layers } = targetNames(model.source, normalized);
  return layers.findLast((name) => {
    const { shape } = normalized.values.get(name)!;
    return shape.length === 4 && shape[2]! * shape[3]! > 1;
  });
}
