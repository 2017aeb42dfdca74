import {
  prepareModel,
  probe,
  targetNames,
  type LoadedModel,
  type ProbeOptions,
  type Shape,
  type Tensor,
} from "@xstar/core";
import { softmax } from "../measure/confidence.js";
import { lookAt } from "../measure/look.js";
import { batchFor, largestOf } from "./ask.js";
import type { LabelledPictures } from "./finding.js";
import { createPrints, type Prints } from "./prints.js";

/** What the units of a layer do over all pictures. */
export interface UnitFacts {
  readonly layer: string;
  readonly opType: string;
  /** Whether a unit answers once for a picture, instead of at many places. */
  readonly isDense: boolean;
  /** Of every unit, over all places of all pictures. */
  readonly least: Float32Array;
  readonly most: Float32Array;
  /** The mean over the places of some pictures, evenly from all: one row for each. */
  readonly means: readonly Float32Array[];
  /** Which ones, by their place among those that were seen. */
  readonly meansAt: readonly number[];
}

/** What a network makes of labelled pictures, in one pass over them; memory does not grow with the size of the pictures. */
export interface Observations {
  /** Places in the data set of the pictures that were seen. */
  readonly index: readonly number[];
  readonly names: readonly string[];
  readonly labels: readonly (number | null)[];
  readonly predicted: readonly number[];
  /** Probability of the class that is predicted, of the label, and of the second class. */
  readonly confidence: readonly number[];
  readonly own: readonly number[];
  readonly classes: number;
  /** Of a part of the pictures, by their place among those that were seen. */
  readonly logits: ReadonlyMap<number, Float32Array>;
  readonly prints: Prints;
  readonly units: readonly UnitFacts[];
  /** Some pictures, evenly from all classes: for experiments. */
  readonly sample: readonly { readonly at: number; readonly label: number; readonly picture: Float32Array }[];
  readonly shape: Shape;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export interface ObserveOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: ((seen: number) => void) | undefined;
  /** Whether units are looked at too. */
  readonly hasUnits?: boolean;
  /** What was seen of the same pictures before: it goes on behind them. */
  readonly from?: Observations | undefined;
}

const [mostLogits, mostSampled, sampleBytes, mostMeans, mostLayers] = [4e6, 400, 96 * 2 ** 20, 400, 40];

const activations = new Set([
  "Relu",
  "Clip",
  "LeakyRelu",
  "PRelu",
  "Elu",
  "Selu",
  "Sigmoid",
  "Tanh",
  "HardSigmoid",
  "HardSwish",
  "Gelu",
]);

/** Layers behind an activation, `mostLayers` at most. */
async function activationLayers(model: LoadedModel, options: ProbeOptions) {
  const { normalized } = await prepareModel(model, 1, options);
  const { layers } = targetNames(model.source, normalized);
  const found = layers.flatMap((layer) => {
    const value = normalized.values.get(layer)!;
    const opType = value.node?.opType ?? "";
    return activations.has(opType) && value.shape.length >= 2
      ? [{ layer, opType, isDense: value.shape.length === 2 }]
      : [];
  });
  if (found.length <= mostLayers) return found;
  // evenly through the network, the first and the last among them
  return Array.from({ length: mostLayers }, (_, i) => found[Math.round((i * (found.length - 1)) / (mostLayers - 1))]!);
}

/** Shows a network all pictures once. Pictures that cannot be read are skipped and named. */
export async function observe(
  model: LoadedModel,
  source: LabelledPictures,
  options: ProbeOptions,
  { signal, onPicture, hasUnits = false, from }: ObserveOptions = {},
): Promise<Observations> {
  let seen = from ? from.index.length + from.skipped.length : 0;
  if (from && seen === source.names.length) return from;
  const layers = hasUnits ? await activationLayers(model, options) : [];
  const { shape: one } = await prepareModel(model, 1, options);
  const shape = one.slice(1);
  const opened = await probe(model, { ...options, batch: batchFor(shape) }, (look) => {
    const { op } = look;
    const units = layers.flatMap(({ layer }, i) => {
      try {
        const mean = look.features(layer);
        const x = look.layer(layer);
        const places = x.shape.map((_, axis) => axis).filter((axis) => axis > 0 && x.shape[axis] !== mean.shape[1]);
        const isFlat = x.rank === 2;
        const [low, high] = isFlat ? [x, x] : [op.reduceMin(x, places), op.reduceMax(x, places)];
        if (low.rank !== 2 || low.shape[1] !== mean.shape[1]) return [];
        return [[`low${i}`, low] as const, [`high${i}`, high] as const, [`mean${i}`, mean] as const];
      } catch {
        return [];
      }
    });
    return { logits: look.logits(), pictures: look.pictures, ...Object.fromEntries(units) };
  });
  const state = createState(source, shape, layers, from);
  try {
    for await (const sight of lookAt(opened, source, seen)) {
      if (signal?.aborted) break;
      if ("error" in sight) {
        const reason = sight.error instanceof Error ? sight.error.message : String(sight.error);
        state.skipped.push({ name: source.names[sight.index]!, reason });
      } else state.add(sight.index, sight.values);
      seen++;
      onPicture?.(seen);
    }
  } finally {
    await opened.release();
  }
  return state.done();
}

function countsOf(labels: readonly (number | null)[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function createState(
  source: LabelledPictures,
  shape: Shape,
  layers: readonly Pick<UnitFacts, "layer" | "opType" | "isDense">[],
  from: Observations | undefined,
) {
  const columns = {
    index: [...(from?.index ?? [])],
    labels: [...(from?.labels ?? [])],
    predicted: [...(from?.predicted ?? [])],
    confidence: [...(from?.confidence ?? [])],
    own: [...(from?.own ?? [])],
  };
  const logits = new Map(from?.logits);
  const skipped = [...(from?.skipped ?? [])];
  const prints = createPrints(from?.prints);
  const counts = countsOf(source.labels);
  const pixels = shape.reduce((a, b) => a * b, 1);
  const wanted = Math.max(8, Math.min(mostSampled, Math.floor(sampleBytes / (4 * pixels))));
  const perClass = Math.max(1, Math.floor(wanted / Math.max(1, counts.size)));
  const sample = [...(from?.sample ?? [])];
  const taken = countsOf(sample.map(({ label }) => label));
  const met = countsOf(columns.labels);
  const units = new Map(
    from?.units.map(({ layer, least, most, means, meansAt }) => [
      layers.findIndex((one) => one.layer === layer),
      { least: least.slice(), most: most.slice(), means: [...means], meansAt: [...meansAt] },
    ]),
  );
  let classes = from?.classes ?? 0;
  return {
    skipped,
    add(index: number, values: Readonly<Record<string, Tensor>>) {
      const at = columns.index.length;
      const row = values["logits"]!.data as Float32Array;
      classes = row.length;
      const label = source.labels[index] ?? null;
      const best = largestOf(row);
      const odds = softmax(row);
      columns.index.push(index);
      columns.labels.push(label);
      columns.predicted.push(best);
      columns.confidence.push(odds[best]!);
      columns.own.push(label === null ? 0 : (odds[label] ?? 0));
      if ((logits.size + 1) * classes <= mostLogits) logits.set(at, row);
      const picture = values["pictures"]!.data as Float32Array;
      prints.add(picture, shape);
      if (label !== null) {
        const order = met.get(label) ?? 0;
        met.set(label, order + 1);
        // evenly over the pictures of a class
        const due = Math.floor(((taken.get(label) ?? 0) * counts.get(label)!) / perClass);
        if (order >= due && (taken.get(label) ?? 0) < perClass) {
          taken.set(label, (taken.get(label) ?? 0) + 1);
          sample.push({ at, label, picture: Float32Array.from(picture) });
        }
      }
      layers.forEach((_, i) => {
        const [low, high, mean] = [values[`low${i}`], values[`high${i}`], values[`mean${i}`]];
        if (!low || !high || !mean) return;
        const known = units.get(i);
        const [lows, highs] = [low.data as Float32Array, high.data as Float32Array];
        if (!known)
          units.set(i, { least: lows.slice(), most: highs.slice(), means: [mean.data as Float32Array], meansAt: [at] });
        else {
          for (let u = 0; u < lows.length; u++) {
            if (lows[u]! < known.least[u]!) known.least[u] = lows[u]!;
            if (highs[u]! > known.most[u]!) known.most[u] = highs[u]!;
          }
          if (known.means.length >= mostMeans || at * mostMeans < known.means.length * source.names.length) return;
          known.means.push(mean.data as Float32Array);
          known.meansAt.push(at);
        }
      });
    },
    done: (): Observations => ({
      ...columns,
      names: columns.index.map((i) => source.names[i]!),
      classes,
      logits,
      prints,
      units: [...units].map(([i, facts]) => ({ ...layers[i]!, ...facts })),
      sample,
      shape,
      skipped,
    }),
  };
}
