import {
  probe,
  tensor,
  type LoadedModel,
  type ProbeContext,
  type ProbeOptions,
  type Tensor,
  type Value,
} from "@xstar/core";
import { lookAt, type Sight } from "./look.js";
import type { PictureSource } from "./source.js";
import type { Rows } from "./rows.js";
import { createStrongest, type Strongest } from "./strongest.js";

/** What pictures make of all units of some layers. */
export interface Survey {
  /** Places in the data set of the pictures that could be used, in order. */
  readonly pictures: Int32Array;
  /** The likeliest class of each of them; empty where the network has no classes. */
  readonly classes: Int32Array;
  readonly layers: Readonly<Record<string, LayerSurvey>>;
  /** Pictures that could not be used, with why. */
  readonly skipped: readonly { readonly index: number; readonly reason: string }[];
}

/** What pictures make of the units of a layer. */
export interface LayerSurvey {
  readonly units: number;
  /** The mean over all places, [pictures, units]. */
  readonly means: Float32Array;
  /** The pictures with the highest activation of one place. */
  readonly strongest: Strongest;
  /** By class what units add to its score in the pictures that the network takes for it, summed. */
  readonly contributions: ReadonlyMap<number, Float64Array>;
  /** The same of how much more units would add if they were more active: the gradient, summed over places and pictures. */
  readonly slopes: ReadonlyMap<number, Float64Array>;
}

/** Directions of a layer: a vector for each, as long as the layer has units. */
export interface DirectionsOf {
  readonly layer: string;
  readonly vectors: Rows;
}

/** What of a data set is looked at. */
export interface SurveyOptions {
  readonly layers: readonly string[];
  /** Directions of layers, by the names that they have among the layers: vectors that activations are multiplied with. */
  readonly directions?: Readonly<Record<string, DirectionsOf>>;
  /** Whether the network has scores of classes, to which units add. */
  readonly hasClasses: boolean;
  readonly options?: Omit<ProbeOptions, "batch">;
  /** Pictures that go through the network at once. @default 8 */
  readonly batch?: number;
  /** The pictures from this one on, up to before the other. @default all */
  readonly range?: readonly [number, number];
  /** How many of the strongest are kept of each unit. @default 12 */
  readonly top?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: ((seen: number) => void) | undefined;
}

const readingOf = (name: string, layer: number) => `${name}${layer}`;

/** Looks at all units of layers at once. Throws as `probe` does, and the reason of the signal. */
export async function surveyLayers(
  model: LoadedModel,
  pictures: PictureSource,
  { layers, directions = {}, hasClasses, options = {}, batch = 8, range, top = 12, signal, onPicture }: SurveyOptions,
): Promise<Survey> {
  const [from, to] = range ?? [0, pictures.names.length];
  const part: PictureSource = {
    names: pictures.names.slice(from, to),
    read: (i, size) => pictures.read(from + i, size),
  };
  const opened = await probe(model, { ...options, batch }, (look) =>
    readUnits(look, { layers, directions, hasClasses }),
  );
  try {
    const survey = createSurvey(layers, hasClasses, top);
    let seen = 0;
    for await (const sight of lookAt(opened, part)) {
      signal?.throwIfAborted();
      survey.add({ ...sight, index: from + sight.index });
      onPicture?.(++seen);
    }
    return survey.finish();
  } finally {
    await opened.release();
  }
}

function readUnits(
  look: ProbeContext,
  { layers, directions, hasClasses }: Required<Pick<SurveyOptions, "layers" | "directions" | "hasClasses">>,
): Record<string, Value> {
  const { op } = look;
  const along = ({ layer, vectors: { count, data } }: DirectionsOf) =>
    op.matMul(op.constant(tensor("float32", data, [count, data.length / count])), look.byUnit(layer));
  const values: Record<string, Value> = {};
  for (const [i, layer] of layers.entries()) {
    const own = directions[layer];
    const units = own ? along(own) : look.byUnit(layer);
    values[readingOf("mean", i)] = op.reduceMean(units, [2]);
    values[readingOf("peak", i)] = op.reduceMax(units, [2]);
    values[readingOf("place", i)] = op.cast(op.argMax(units, 2), "int32");
  }
  if (!hasClasses) return values;
  const scores = look.logits();
  values["class"] = op.cast(op.argMax(scores, 1), "int32");
  const plain = [...layers.keys()].filter((i) => directions[layers[i]!] === undefined);
  const contributions = look.contributions(
    op.reduceMax(scores, [1]),
    plain.map((i) => layers[i]!),
  );
  for (const [at, { added, slope }] of contributions.entries()) {
    values[readingOf("contribution", plain[at]!)] = added;
    values[readingOf("slope", plain[at]!)] = slope;
  }
  return values;
}

function createSurvey(layers: readonly string[], hasClasses: boolean, top: number) {
  const pictures: number[] = [];
  const classes: number[] = [];
  const skipped: { index: number; reason: string }[] = [];
  const parts = layers.map(() => ({
    means: [] as Float32Array[],
    strongest: undefined as ReturnType<typeof createStrongest> | undefined,
    contributions: new Map<number, Float64Array>(),
    slopes: new Map<number, Float64Array>(),
  }));
  const numbersOf = (values: Readonly<Record<string, Tensor>>, name: string) => values[name]!.data as Float32Array;
  return {
    add(sight: Sight) {
      const { index } = sight;
      const reason = "error" in sight ? messageOf(sight.error) : whyUnusable(sight.values, layers.length);
      if ("error" in sight || reason !== undefined) {
        skipped.push({ index, reason: reason! });
        return;
      }
      const { values } = sight;
      pictures.push(index);
      const best = hasClasses ? Number(values["class"]!.data[0]) : undefined;
      if (best !== undefined) classes.push(best);
      for (const [i, part] of parts.entries()) {
        const means = numbersOf(values, readingOf("mean", i));
        part.means.push(means);
        part.strongest ??= createStrongest(means.length, top);
        const places = values[readingOf("place", i)]!.data as Int32Array;
        part.strongest.add(index, numbersOf(values, readingOf("peak", i)), places);
        if (best === undefined || !values[readingOf("slope", i)]) continue;
        addTo(part.contributions, best, numbersOf(values, readingOf("contribution", i)));
        addTo(part.slopes, best, numbersOf(values, readingOf("slope", i)));
      }
    },
    finish: (): Survey => ({
      pictures: Int32Array.from(pictures),
      classes: Int32Array.from(classes),
      skipped,
      layers: Object.fromEntries(
        layers.map((layer, i) => {
          const { means, strongest, contributions, slopes } = parts[i]!;
          const units = means[0]?.length ?? 0;
          const kept = strongest?.finish() ?? createStrongest(0, top).finish();
          return [layer, { units, means: joined(means), strongest: kept, contributions, slopes }];
        }),
      ),
    }),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function whyUnusable(values: Readonly<Record<string, Tensor>>, layers: number): string | undefined {
  for (let i = 0; i < layers; i++) {
    const means = values[readingOf("mean", i)]!.data as Float32Array;
    if (!means.every(Number.isFinite)) return "Its activations are not finite";
  }
  return undefined;
}

function addTo(sums: Map<number, Float64Array>, key: number, numbers: ArrayLike<number>): void {
  const sum = sums.get(key) ?? new Float64Array(numbers.length);
  for (let at = 0; at < sum.length; at++) sum[at]! += numbers[at]!;
  sums.set(key, sum);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One survey of what several saw of one data set, in their order. All have the same layers. */
export function joinSurveys(surveys: readonly Survey[], layer: string): Survey {
  const parts = surveys.flatMap((one) => one.layers[layer] ?? []).filter(({ units }) => units > 0);
  const [contributions, slopes] = [new Map<number, Float64Array>(), new Map<number, Float64Array>()];
  for (const part of parts) {
    for (const [key, sum] of part.contributions) addTo(contributions, key, sum);
    for (const [key, sum] of part.slopes) addTo(slopes, key, sum);
  }
  const units = parts[0]?.units ?? 0;
  const top = parts[0]?.strongest.top ?? 0;
  const strongest = createStrongest(units, top);
  for (const part of parts) strongest.join(part.strongest);
  return {
    pictures: Int32Array.from(surveys.flatMap(({ pictures }) => [...pictures])),
    classes: Int32Array.from(surveys.flatMap(({ classes }) => [...classes])),
    skipped: surveys.flatMap(({ skipped }) => skipped),
    layers: {
      [layer]: {
        units,
        means: joined(parts.map(({ means }) => means)),
        strongest: strongest.finish(),
        contributions,
        slopes,
      },
    },
  };
}
