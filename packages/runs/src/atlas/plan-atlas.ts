import {
  inspect,
  isLocal,
  prepareModel,
  probe,
  readTarget,
  standard,
  XstarError,
  type BatchOptions,
  type LayerFacts,
  type LoadedModel,
  type MaximizeOptions,
  type PreparedModel,
  type ReceptiveField,
  type Shape,
  type Spec,
} from "@xstar/core";
import { featureLayer, type AtlasLayerEntry, type Rows } from "@xstar/results";
import { baseOptions } from "../plan/base-options.js";
import { distinct, slugOf } from "../plan/slug.js";
import { sendable, type ContentJob, type DataContent, type ModelContent, type PicturesJob } from "../jobs/job.js";
import { planPictures, type LayerPlanning } from "./plan-layer.js";

/** What decides every byte of an atlas besides its layers. */
export interface AtlasSettings extends Pick<PicturesJob, "xstar" | "model" | "network" | "ascent" | "sides"> {
  readonly recipe: Spec<"recipe"> | null;
  /** The real pictures; null without. */
  readonly data: DataContent | null;
}

/** A layer of an atlas. */
export interface AtlasLayer extends Omit<AtlasLayerEntry, "done" | "failed" | "strip"> {
  /** Jobs that make pictures of its units, or of its first ones, in their order. */
  readonly jobs: readonly PicturesJob[];
  /** About how much a step of one picture costs, in bytes of activations. */
  readonly cost: number;
  /** What makes pictures of what its units want least, and several of each unit, a job for each. */
  readonly negative?: readonly PicturesJob[];
  readonly diverse?: readonly PicturesJob[];
  /** What the units are multiplied with, where that is known already. */
  readonly vectors?: Rows;
}

/** All there is to do for an atlas. */
export interface AtlasPlan {
  readonly settings: AtlasSettings;
  /** Of the network's input, [channels, height, width]. */
  readonly input: Shape;
  readonly layers: readonly AtlasLayer[];
  /** By layer, what looks at real pictures with it; several layers share theirs. */
  readonly surveys: ReadonlyMap<string, readonly ContentJob[]>;
  /** The layer in whose features pictures are compared; undefined where there is none. */
  readonly features: string | undefined;
  readonly classes: number | undefined;
  readonly planning: LayerPlanning;
}

/** What is wanted of an atlas. */
export interface AtlasWanted {
  readonly xstar: string;
  readonly model: ModelContent;
  readonly data: DataContent | null;
  /** Layers by the runs that asked for them: those of one run look at real pictures together. */
  readonly groups: readonly (readonly string[])[];
  /** Pictures are made of so many units of a layer, its first. @default all */
  readonly units?: number | undefined;
}

const sides = { picture: 256, thumbnail: 64 };
/** Pictures that a job looks at: what is lost when its worker dies. */
const picturesOfSurvey = (pixels: number) => (pixels > 64 * 64 ? 32 : 256);

/** Operators that only show numbers of before in another form. */
const views: ReadonlySet<string> = new Set(
  "Cast Dropout Flatten Identity Reshape Squeeze Transpose Unsqueeze".split(" "),
);

/** The layers whose units can be made large, without those that only show others in another form. */
export async function atlasLayers(model: LoadedModel, options: BatchOptions): Promise<string[]> {
  const { layers } = await inspect(model, inspectOptions(options, await prepareModel(model, 1, options)));
  return layers.filter((one) => isTarget(one) && !views.has(one.opType)).map(({ name }) => name);
}

const isTarget = ({ units, differentiable }: LayerFacts) => units !== null && differentiable;

const inspectOptions = ({ shapes, inputs, logits }: BatchOptions, { input }: PreparedModel) => ({
  ...(shapes && { shapes }),
  ...(inputs && { inputs }),
  ...(logits !== undefined && { logits }),
  picture: input,
});

/**
 * Plans pictures of all units of layers. Throws `unknown-layer`, and `bad-argument` for layers without units, for inputs that
 * are no pictures, and for options that cannot be sent to others.
 */
export async function planAtlas(
  model: LoadedModel,
  { groups, units, ...given }: AtlasWanted,
  { recipe, ...own }: MaximizeOptions,
): Promise<AtlasPlan> {
  const first = await prepareModel(model, 1, own);
  const input = first.shape.slice(1);
  if (input.length !== 3 || first.holds.kind !== "picture") {
    throw new XstarError("bad-argument", `An atlas shows pictures, and the model takes inputs of shape [${input}]`, {
      hint: "xstar maximize makes other inputs, of many targets at once too",
    });
  }
  const named = typeof recipe === "object" ? JSON.stringify(recipe) : recipe;
  const base = baseOptions(named, input, { vocabulary: standard, holds: first.holds });
  const { network, ascent } = sendable({ ...base.options, ...own });
  const settings: AtlasSettings = { ...given, network, ascent, sides, recipe: base.recipe };
  const found = await inspect(model, inspectOptions(own, first));
  const features = await featureLayer(model, own);
  const names = groups.flat();
  const fields = await fieldsOf(model, names, own);
  const slugs = distinct(names.map(slugOf));
  const planning: LayerPlanning = {
    model,
    options: { ...base.options, ...own, recipe: "none" } as MaximizeOptions,
    objective: base.objective,
    job: { ...jobOf(settings), ascent, sides },
  };
  const layers: AtlasLayer[] = [];
  for (const [i, name] of names.entries()) {
    const measured = readTarget(`${name}:0`, { first, further: new Map() }, { vocabulary: standard });
    const facts = found.layers.find((one) => one.name === measured["layer"] || one.name === name);
    const count = facts?.units?.count ?? 0;
    if (!facts || count === 0) throw new XstarError("bad-argument", `Layer "${name}" has no units`);
    const wanted = Math.min(count, units ?? count);
    const targets = Array.from({ length: wanted }, (_, channel) => ({ ...measured, channel }) as Spec<"objective">);
    layers.push({
      name,
      slug: slugs[i]!,
      opType: facts.opType,
      shape: facts.shape!.slice(1),
      width: facts.axes?.findLast(({ holds }) => holds === "places")?.size ?? 1,
      units: count,
      field: fields.get(name) ?? null,
      ...(await planPictures(name, targets, planning)),
    });
  }
  const surveys = new Map<string, readonly ContentJob[]>();
  const { data } = settings;
  const hasClasses = found.classes !== null;
  for (const group of data ? groups : []) {
    const all = [...new Set([...group, ...(features === undefined ? [] : [features])])];
    const each = picturesOfSurvey(input[1]! * input[2]!);
    const jobs = Array.from({ length: Math.ceil(data!.count / each) }, (_, i): ContentJob => {
      const range = [i * each, Math.min((i + 1) * each, data!.count)] as const;
      return { kind: "survey", ...jobOf(settings), layers: all, hasClasses, data: data!, range };
    });
    for (const name of group) surveys.set(name, jobs);
  }
  return { settings, input, layers, surveys, features, classes: found.classes?.count, planning };
}

export const jobOf = ({ xstar, model, network }: AtlasSettings) => ({ xstar, model, network });

/** What places of layers see, where they see different parts. */
async function fieldsOf(model: LoadedModel, names: readonly string[], options: MaximizeOptions) {
  const fields = new Map<string, ReceptiveField>();
  const { contract, inputs, shapes, logits } = options;
  const opened = await probe(model, { contract, inputs, shapes, logits }, (look) => {
    for (const name of names) {
      const field = look.field(name);
      if (isLocal(field)) fields.set(name, field);
    }
    return { last: look.layer(names.at(-1)!) };
  });
  await opened.release();
  return fields;
}

/** All jobs of an atlas, each once: those that look at real pictures first. */
export function jobsOfAtlas({ layers, surveys }: AtlasPlan): ContentJob[] {
  return [...new Set([...surveys.values()].flat()), ...layers.flatMap(picturesJobsOf)];
}

/** Units that pictures are to be made of. */
export const wantedUnits = ({ layers }: AtlasPlan): number =>
  layers.reduce((sum, { jobs }) => sum + jobs.reduce((all, { goals }) => all + goals.length, 0), 0);

/** All jobs that make pictures for a layer. */
export const picturesJobsOf = ({ jobs, negative = [], diverse = [] }: AtlasLayer): PicturesJob[] => [
  ...jobs,
  ...negative,
  ...diverse,
];
