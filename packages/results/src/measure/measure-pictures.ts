import {
  check,
  probe,
  sameShape,
  size,
  XstarError,
  type LoadedModel,
  type ProbeContext,
  type ProbeOptions,
  type Shape,
  type Spec,
  type Target,
  type Tensor,
  type Value,
} from "@xstar/core";
import { pictureOf } from "../image/drawing.js";
import { splitOpacity } from "../image/opacity.js";
import type { Planes } from "../image/planes.js";
import type { Distances } from "./feature-distance.js";
import { lookAt } from "./look.js";
import {
  describeDiversity,
  describePicture,
  type ClassScores,
  type DatasetFacts,
  type PictureMetrics,
} from "./picture-metrics.js";
import { readingsOf, readingsToObserve } from "./readings.js";
import type { DatasetScan } from "./scan-dataset.js";
import { classOf } from "./terms.js";

/** What pictures were made for, and what they are compared with. */
export interface MeasureOptions {
  /** What the pictures were made for: one objective for all, or one for each. */
  readonly objective: Target | readonly Target[];
  readonly options?: Omit<ProbeOptions, "batch">;
  /** Pictures that go through the networks at once; all of them for objectives that compare pictures. @default 1 */
  readonly batch?: number;
  /** The layer to read features from. @default the data set's */
  readonly layer?: string | undefined;
  readonly dataset?: DatasetScan | undefined;
  /** Other networks that should recognize the class, too, by name. */
  readonly others?: Readonly<Record<string, SecondNetwork>>;
}

/** Another network that should recognize the class. */
export interface SecondNetwork {
  readonly model: LoadedModel;
  readonly options?: Omit<ProbeOptions, "batch">;
  /** Which class there is one of the first network; by default that of the same number, where both have as many. */
  readonly classFor?: (index: number) => number | undefined;
}

/** The metrics of some pictures, as plain JSON. */
export interface MeasuredPictures {
  /** That features were read from. */
  readonly layer: string | undefined;
  readonly pictures: readonly PictureMetrics[];
  /** The mean distance of all pairs in the network's features; undefined for the reason in `missing`. */
  readonly diversity: Distances | undefined;
  readonly missing: {
    readonly diversity?: string;
    /** Why other networks could not look at the pictures, by their names. */
    readonly others?: Readonly<Record<string, string>>;
  };
}

/** A picture of a set that is not measured at once. */
export interface MeasuredPicture {
  readonly metrics: PictureMetrics;
  /** Mean activation of every unit of the layer; undefined where none was asked for. */
  readonly features: Float32Array | undefined;
  /** Why other networks could not look at it, by their names. */
  readonly problems: Readonly<Record<string, string>>;
}

/**
 * How good pictures [n, channels, height, width] (picture units, at any size) are: their activation without transforms and
 * its percentile, how near real pictures are, whether this and other networks recognize the class, the slope of the
 * spectrum, and how different they are. What is not known is undefined, with the reason. Throws as `probe` does for `model`.
 *
 * @example
 * const { pictures: metrics, diversity } = await measurePictures(model, pictures, { objective: "conv2:7" });
 */
export async function measurePictures(
  model: LoadedModel,
  pictures: Tensor,
  options: MeasureOptions,
): Promise<MeasuredPictures> {
  check(options?.objective !== undefined, "objective", "what the pictures are measured by", options?.objective);
  const measured = await measureEach(model, pictures, options);
  const { problems = {} } = measured[0] ?? {};
  const diversity = describeDiversity(measured.map(({ features }) => features));
  return {
    layer: options.layer ?? options.dataset?.layer,
    pictures: measured.map(({ metrics }) => metrics),
    diversity: "value" in diversity ? diversity.value : undefined,
    missing: {
      ...("why" in diversity && { diversity: diversity.why }),
      ...(Object.keys(problems).length > 0 && { others: problems }),
    },
  };
}

/** What `measurePictures` tells of each picture, with the features that the diversity of a set is measured in. */
export async function measureEach(
  model: LoadedModel,
  pictures: Tensor,
  { objective, options = {}, batch = 1, layer: asked, dataset, others = {} }: MeasureOptions,
): Promise<MeasuredPicture[]> {
  const layer = asked ?? dataset?.layer;
  const targets = Array.isArray(objective) ? (objective as readonly Target[]) : [objective as Target];
  let specs: readonly Spec[] = [];
  const seen = await showAll(model, pictures, { ...options, batch }, (look) => {
    specs = targets.map(look.parse);
    return { ...readingsToObserve(look, specs, layer), ...(specs.some(isForClass) && readScores(look)) };
  });
  const isAsked = specs.some(isForClass);
  const problems: Record<string, string> = {};
  const elsewhere: [string, SecondNetwork, Seen[]][] = [];
  for (const [name, other] of Object.entries(others)) {
    const given = { ...other.options, hasOpacity: options.hasOpacity ?? false, batch };
    try {
      elsewhere.push([name, other, isAsked ? await showAll(other.model, pictures, given, readScores) : []]);
    } catch (error) {
      problems[name] = error instanceof Error ? error.message : String(error);
      elsewhere.push([name, other, []]);
    }
  }

  return seen.map((values, i) => {
    const at = specs.length === 1 ? 0 : i;
    const { activations, features } = readingsOf(values, specs.length);
    const own = { class: classOf(specs[at]!), scores: scoresIn(values) };
    const facts = {
      activation: activations[at]!,
      features,
      planes: pictures.shape.length === 4 ? coloursOf(pictureOf(pictures, i), options) : undefined,
      own,
      others: Object.fromEntries(
        elsewhere.map(([name, { classFor }, its]) => {
          const scores = scoresIn(its[i] ?? {});
          return [name, { class: classElsewhere(own, scores, classFor), scores, problem: problems[name] }];
        }),
      ),
    };
    const examples = dataset && examplesFor(specs[at]!, layer, dataset);
    return { metrics: describePicture(facts, examples), features, problems };
  });
}

function classElsewhere(
  own: ClassScores,
  scores: Float32Array | undefined,
  classFor: SecondNetwork["classFor"],
): number | undefined {
  if (own.class === undefined) return undefined;
  if (classFor) return classFor(own.class);
  return own.scores?.length === scores?.length ? own.class : undefined;
}

type Seen = Readonly<Record<string, Tensor>>;

/** What a network makes of each picture. */
async function showAll(
  model: LoadedModel,
  pictures: Tensor,
  options: ProbeOptions,
  look: (look: ProbeContext) => Readonly<Record<string, Value>>,
): Promise<Seen[]> {
  const { shape } = pictures;
  const given = shape.length === 4 ? { ...options, size: [shape[2]!, shape[3]!] as const } : options;
  const opened = await probe(model, given, look);
  try {
    const seen: Seen[] = [];
    const names = Array.from({ length: shape[0]! }, (_, i) => String(i));
    const read = async (i: number) => withChannels(pictureOf(pictures, i), opened.shape);
    for await (const sight of lookAt(opened, { names, read })) {
      if ("error" in sight) throw sight.error;
      seen.push(sight.values);
    }
    return seen;
  } finally {
    await opened.release();
  }
}

/** A grey picture for a network of colour pictures [batch, channels, height, width] has equal red, green and blue. */
function withChannels(picture: Tensor, wanted: Shape): Tensor {
  const { dtype, shape, data } = picture;
  if (sameShape(shape, wanted.slice(1))) return picture;
  if (shape.length !== 3 || shape[0] !== 1) {
    throw new XstarError("bad-argument", `Pictures of shape [${shape}] do not fit a network of [${wanted.slice(1)}]`);
  }
  const repeated = new Float32Array(size(wanted.slice(1)));
  for (let at = 0; at < repeated.length; at += data.length) repeated.set(data as Float32Array, at);
  return { dtype, shape: wanted.slice(1), data: repeated };
}

/** A picture as it is looked at: what is transparent lies on grey. */
function coloursOf({ shape, data }: Tensor, { hasOpacity = false }: ProbeOptions): Planes {
  if (!hasOpacity) return { shape, data: data as Float32Array };
  const { colours, opacity } = splitOpacity({ shape, data: data as Float32Array }, shape[0]! - 1);
  const { data: over } = opacity!;
  return {
    shape: colours.shape,
    data: Float32Array.from(colours.data, (x, at) => 0.5 + (x - 0.5) * over[at % over.length]!),
  };
}

const readScores = (look: ProbeContext) => ({ scores: look.logits() });

const scoresIn = (values: Readonly<Record<string, Tensor>>) => values["scores"]?.data as Float32Array | undefined;

const isForClass = (spec: Spec) => classOf(spec) !== undefined;

/** What of a survey can be compared with pictures made for an objective. */
export function examplesFor(
  spec: Spec,
  layer: string | undefined,
  { names, objectives, features, ...rest }: DatasetScan,
): DatasetFacts {
  const wanted = JSON.stringify(spec);
  return {
    names,
    activations: objectives.find(({ objective }) => JSON.stringify(objective) === wanted)?.activations,
    features: layer !== undefined && rest.layer === layer ? features : undefined,
  };
}
