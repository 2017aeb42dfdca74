import {
  check,
  isLocal,
  probe,
  XstarError,
  type LoadedModel,
  type ProbeContext,
  type ProbeOptions,
  type Probe,
  type ReceptiveField,
  type Shape,
  type Spec,
  type Target,
} from "@xstar/core";
import { lookAt, type Sight } from "./look.js";
import { findPeak, type Example } from "./rank-examples.js";
import { readingsOf, readingsToObserve } from "./readings.js";
import { heldBy, pictureSizeOf, type ExampleSource, type PictureSize } from "./source.js";

/** One target and what the pictures make of it. */
export interface TargetExamples {
  readonly target: string;
  readonly objective: Spec;
  /** What the places of its channel see of a picture; null where the target has no places that see different parts. */
  readonly field: ReceptiveField | null;
  /** In the order of the pictures, without those that were skipped. */
  readonly examples: readonly Example[];
}

export interface SkippedPicture {
  readonly index: number;
  readonly reason: string;
}

/** What targets make of the pictures of a data set. */
export interface FoundExamples {
  readonly targets: readonly TargetExamples[];
  /** Mean activations of the units of the layer that was asked for, in the order of the examples. */
  readonly features: readonly Float32Array[];
  readonly skipped: readonly SkippedPicture[];
  /** How many pictures were looked at, with those that were skipped; fewer than there are when stopped. */
  readonly seen: number;
}

/** A target by the name that a person has for it. */
export interface NamedTarget {
  readonly target: string;
  readonly objective: Target;
}

export interface OpenTargetsOptions extends ProbeOptions {
  /** A layer to read features from, too. */
  readonly layer?: string | undefined;
  /** Whether places count: where in a picture a channel answers most. @default true */
  readonly places?: boolean;
}

/** A model opened for measuring targets. Release the probe when done. */
export interface OpenTargets {
  readonly probe: Probe;
  /** The form in which the model takes pictures; undefined where it takes none of 1 or 3 channels. */
  readonly size: PictureSize | undefined;
  readonly targets: readonly OpenTarget[];
}

interface OpenTarget extends Omit<TargetExamples, "examples"> {
  /** The one place that it is about. */
  readonly place: readonly [number, number] | undefined;
}

/** Opens a model for targets, for `batch` pictures at once. Throws `bad-argument` and `unknown-layer` for targets. */
export async function openTargets(
  model: LoadedModel,
  named: readonly NamedTarget[],
  { layer, places = true, ...options }: OpenTargetsOptions,
): Promise<OpenTargets> {
  const targets: OpenTarget[] = [];
  let size: PictureSize | undefined;
  const opened = await probe(model, options, (look) => {
    size = pictureSizeOf(look.pictures.shape.slice(1));
    const specs = named.map(({ objective }) => look.parse(objective));
    const maps = specs.flatMap((objective, i) => {
      const { map, ...read } = places && size ? readPlaces(look, objective) : noPlaces;
      targets.push({ target: named[i]!.target, objective, ...read });
      return map ? [[mapOf(i), map] as const] : [];
    });
    return { ...readingsToObserve(look, specs, layer), ...Object.fromEntries(maps) };
  });
  return { probe: opened, size, targets };
}

export interface ScanOptions {
  /** Stops after the picture in progress; what is measured is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: ((seen: number, skipped: number) => void) | undefined;
}

/**
 * Measures every target on every picture, until the signal stops it; pictures that cannot be read are skipped. Throws `bad-argument`
 * where they are picture files, and the model takes no pictures of 1 or 3 channels.
 */
export async function findExamples(
  { probe, size, targets }: OpenTargets,
  pictures: ExampleSource,
  { signal, onPicture }: ScanOptions = {},
): Promise<FoundExamples> {
  check(Array.isArray(pictures?.names), "dataset", "what openDataset returns", pictures);
  if (!size && !heldBy(pictures)) throw noPictures(probe.shape);
  const skipped: SkippedPicture[] = [];
  const examples = targets.map((): Example[] => []);
  const features: Float32Array[] = [];
  let seen = 0;
  for await (const sight of lookAt(probe, pictures)) {
    if (signal?.aborted) break;
    const found = examplesOf(sight, targets, pictures.names[sight.index]!);
    if (typeof found === "string") skipped.push({ index: sight.index, reason: found });
    else {
      found.examples.forEach((example, i) => examples[i]!.push(example));
      if (found.features) features.push(found.features);
    }
    seen++;
    onPicture?.(seen, skipped.length);
  }
  const all = targets.map(({ target, objective, field }, i) => ({ target, objective, field, examples: examples[i]! }));
  return { targets: all, features, skipped, seen };
}

const mapOf = (target: number) => `map${target}`;

const noPlaces = { map: undefined, field: null, place: undefined };

/** What a target reads of a layer with places that see different parts: all of a channel, or one place. */
function readPlaces(look: ProbeContext, { type, layer, channel, model, axis, y, x, at }: Spec) {
  const name = String(layer);
  if (!["channel", "neuron", "spatial"].includes(type) || model !== undefined) return noPlaces;
  // of another axis, and of a region, there is no one place
  if (axis !== undefined || at !== undefined) return noPlaces;
  const field = look.field(name);
  if (!isLocal(field)) return noPlaces;
  if (type === "channel") return { map: look.unit(name, Number(channel)), field, place: undefined };
  const [height, width] = look.places(name) as [number, number];
  const place = [Number(y ?? Math.floor(height / 2)), Number(x ?? Math.floor(width / 2))] as const;
  return { map: undefined, field, place };
}

interface PictureExamples {
  readonly examples: readonly Example[];
  readonly features: Float32Array | undefined;
}

/** What a picture makes of each target, or why it counts for none. */
function examplesOf(sight: Sight, targets: readonly OpenTarget[], name: string): PictureExamples | string {
  if ("error" in sight) return sight.error instanceof Error ? sight.error.message : String(sight.error);
  const { index, values } = sight;
  const { activations, features } = readingsOf(values, targets.length);
  const examples = targets.map(({ place }, i) => {
    const activation = activations[i]!;
    const map = values[mapOf(i)];
    if (place) return { index, activation, peak: { activation, y: place[0], x: place[1] } };
    return { index, activation, peak: map ? findPeak(map.data as Float32Array, map.shape[1]!) : null };
  });
  return examples.every(({ activation }) => Number.isFinite(activation))
    ? { examples, features }
    : `The activation of "${name}" is not finite`;
}

function noPictures(shape: Shape): XstarError {
  return new XstarError(
    "bad-argument",
    `A model that takes inputs of shape [${shape.slice(1)}] cannot look at picture files`,
    {
      hint: "It needs the shape [channels, height, width] with 1 or 3 channels",
    },
  );
}
