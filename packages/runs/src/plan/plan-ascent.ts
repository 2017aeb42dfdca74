import {
  aimAtClasses,
  cutsOf,
  expandTargets,
  fields,
  lookUp,
  mul,
  parseWords,
  prepareModel,
  recordedKind,
  readTarget,
  sub,
  unitCounts,
  XstarError,
  type AscentOptions,
  type PreparedModel,
  type FurtherModel,
  type InputKind,
  type Shape,
  type Spec,
  type Vocabulary,
} from "@xstar/core";
import type { FoundRecord, Job, RunFiles } from "@xstar/results";
import { createAssetReader, givenPaths } from "./assets.js";
import { baseOptions } from "./base-options.js";
import { fittingLabels } from "./fitting-labels.js";
import { splitInputs } from "./given-inputs.js";
import type { MaximizeFlags } from "./maximize-flags.js";
import { nameJobs, type Pair } from "./jobs.js";
import { earlierInput, readModelInput } from "./model-input.js";
import { joinPaths, pathsInSpecs } from "./named-files.js";
import { planStarts } from "./plan-starts.js";

import { specOptions } from "./spec-options.js";
import type { ModelFile, Store } from "./store.js";

/** A run as it was asked for on the command line, ready to be made. */
export interface Plan {
  readonly jobs: readonly Job[];
  readonly objectives: readonly Spec<"objective">[];
  /** What the jobs' targets are, without penalties and without what a recipe makes of them. */
  readonly targets: readonly Spec<"objective">[];
  readonly options: AscentOptions;
  /** Of the pictures without their opacity, [batch, channels, height, width]. */
  readonly shape: Shape;
  /** What the input holds; undefined for pictures. */
  readonly holds: InputKind | undefined;
  readonly recipe: Spec<"recipe"> | null;
  /** The files that it reads. */
  readonly files: RunFiles;
  /** Whether a target stands for many, such as `conv2:*`. */
  readonly isMany: boolean;
  /** The step after which a person stopped the run that this one repeats. */
  readonly stopAfter: number | null;
}

export interface PlanSources {
  /** The model's path, as the command or the record has it. */
  readonly path: string;
  readonly files: Store;
  /** All that words may name. */
  readonly vocabulary: Vocabulary;
  /** The modules from which some of it comes. @default [] */
  readonly use?: readonly string[] | undefined;
  /** Takes sentences that a person should read. */
  onWarning(sentence: string): void;
  /** The run to repeat. */
  readonly from?: FoundRecord | undefined;
  /** Whether it is repeated on another model: its settings count, what is known of its model does not. @default false */
  readonly isOther?: boolean | undefined;
}

/** What the command line asks for. Throws `bad-argument`, `unknown-layer`, and for files what reading them does. */
export async function planAscent(
  model: ModelFile,
  targets: readonly string[],
  flags: MaximizeFlags,
  { path, files, vocabulary, use = [], from, isOther = false, onWarning }: PlanSources,
): Promise<Plan> {
  const record = from?.record;
  if (record?.ascent.steered)
    onWarning("The run was steered while it climbed; the settings that it ended with are taken from its start on");
  const earlier = from && !isOther && earlierInput(from.path, from.record.ascent, from.record.inputs);
  const { own, further: furtherInputs } = splitInputs(model.source, flags.input ?? []);
  const input = await readModelInput(
    model,
    { ...flags, input: own },
    { files, earlier: earlier || undefined, seed: flags.seed ?? record?.ascent.seed },
  );
  const first = await prepareModel(model, 1, input.options);
  const { shape } = first;
  const { gradientFree = record?.ascent.gradientFree !== undefined } = flags;
  const asked = targets.length > 0 ? targets : (record?.pictures.map(({ target }) => target) ?? []);
  const inputs = { vocabulary, holds: first.holds, gradientFree, ofClasses: aimAtClasses(asked) };
  const base = baseOptions(flags.recipe, shape.slice(1), inputs, record);
  const specs = specOptions(flags, base, vocabulary);
  const picture = specs.size && shape.length === 4 ? [shape[1]!, ...specs.size] : shape.slice(1);

  const changesTargets = isOther || targets.length > 0 || flags.recipe !== undefined;
  const reader = createAssetReader({ runtime: model.runtime, files, inputs: furtherInputs, from });
  const given = givenPaths(flags, record);
  const models = await reader.models(given.models);
  const further = { models, prepared: await prepareAll(models) };
  const counts = countUnits(first, further);
  const labels = fittingLabels(model, counts.get("logit"), onWarning);
  const read = targetReader({ first, further: further.prepared, models: further.models, labels, vocabulary, counts });
  const texts = expandTargets(asked, counts, cutsOf(model.source));
  for (const target of targets.filter((one) => texts.includes(one))) read(target, { isTyped: true });
  const before = record?.pictures.map(({ target }) => target) ?? [];
  const maximized = new Map(
    texts.map((text) => [
      text,
      record && !changesTargets ? record.ascent.objectives[before.indexOf(text)]! : base.objective(read(text)),
    ]),
  );

  const starts = await planStarts(flags.start, base, {
    shape: picture,
    holds: recordedKind(first.holds),
    files,
    vocabulary,
    from,
    onWarning,
    isTransparent:
      lookUp(vocabulary.parameterization, specs.parameterization, "parameterization").isTransparent ?? false,
  });
  const isMany = texts.length > asked.length;
  if (isMany && flags.batch !== undefined) throw notForMany();
  const repeats = record && targets.length === 0 && !flags.start;
  const pairs = repeats
    ? record.pictures.map((job, i) => ({ ...jobOf(job), at: i }))
    : everyPair(texts, starts.texts, flags.start === undefined);
  const batch = flags.batch ?? (repeats ? undefined : batchOf(record?.pictures));
  const jobs = batch === undefined ? nameJobs(pairs) : nameJobs(eachSeveral(pairs, batch));
  const objectivesOfJobs = jobs.map(({ target }) =>
    withPenalties(vocabulary, maximized.get(target)!, flags.penalty ?? []),
  );
  const isOneStart = isMany || starts.specs?.length === 1;
  const startsOfJobs = isOneStart ? starts.specs : starts.specs && jobs.map(({ at }) => starts.specs![at]!);
  const inSpecs = pathsInSpecs(vocabulary, { ...specs, objectives: objectivesOfJobs, starts: starts.specs ?? [] });
  const assets = await reader.all(joinPaths(given, inSpecs), picture);
  const { streams, ...rest } = specs;
  return {
    jobs: jobs.map(jobOf),
    objectives: objectivesOfJobs,
    targets: jobs.map(({ target }) => read(target)),
    shape: [jobs.length, ...picture],
    holds: recordedKind(first.holds),
    recipe: base.recipe,
    isMany,
    stopAfter: flags.steps === undefined && !isOther ? (record?.stopped ?? null) : null,
    options: {
      // what it decides is in the options already
      recipe: "none",
      vocabulary,
      ...rest,
      ...input.options,
      ...assets.options,
      ...(streams && streams.length === jobs.length && { streams }),
      ...(startsOfJobs && { start: startsOfJobs }),
      ...(labels && { labels }),
    },
    files: {
      model: await files.referenceModel(path, model),
      ...assets.references,
      starts: starts.references,
      inputs: { ...input.inputFiles, ...assets.inputFiles },
      ...(use.length > 0 && { use: await Promise.all(use.map((module) => files.reference(module))) }),
    },
  };
}

type Further = ReadonlyMap<string, PreparedModel>;

async function prepareAll(models: Readonly<Record<string, FurtherModel>>): Promise<Further> {
  const prepared = new Map<string, PreparedModel>();
  for (const [name, { model, ...options }] of Object.entries(models))
    prepared.set(name, await prepareModel(model, 1, options, name));
  return prepared;
}

/** How many units each name has that `*` and ranges may choose from. */
function countUnits(first: PreparedModel, { prepared }: { readonly prepared: Further }): ReadonlyMap<string, number> {
  const countsOf = ({ model, normalized, options, input }: PreparedModel) =>
    unitCounts(model.source, normalized, options.logits, input);
  const further = [...prepared].flatMap(([name, one]) =>
    [...countsOf(one)].map(([layer, count]) => [`${name}::${layer}`, count] as const),
  );
  return new Map([...countsOf(first), ...further]);
}

interface ReaderSources {
  readonly first: PreparedModel;
  readonly further: Further;
  readonly models: Readonly<Record<string, FurtherModel>>;
  readonly labels: readonly string[] | undefined;
  readonly vocabulary: Vocabulary;
  readonly counts: ReadonlyMap<string, number>;
}

/** Reads the objective that a text stands for: in words, or as JSON. */
function targetReader({ first, further, counts, ...options }: ReaderSources) {
  return (text: string, typed?: { readonly isTyped: boolean }): Spec =>
    readTarget(asJson(text, counts) ?? text, { first, further }, { ...options, ...typed });
}

/** A target as JSON; undefined for one in words, also where it begins with a layer that is called like JSON. */
function asJson(text: string, layers: ReadonlyMap<string, number>): Spec | undefined {
  const trimmed = text.trimStart();
  if (!trimmed.startsWith("{")) return undefined;
  if ([...layers.keys()].some((layer) => layer.startsWith("{") && trimmed.startsWith(layer))) return undefined;
  try {
    return JSON.parse(text) as Spec;
  } catch {
    throw new XstarError("bad-argument", `The target ${text} is no JSON`, {
      hint: 'Write it as {"type":"channel","layer":"conv2","channel":7}',
    });
  }
}

/** Its name with or without parameters, or JSON, and the weight. */
const weighted = /^(\{.*\}|[a-z]\w*(?::.*=.*)?)=([^=]*)$/i;

/** `tv=0.01`: the objective minus 0.01 tv. */
function withPenalties(
  vocabulary: Vocabulary,
  objective: Spec<"objective">,
  texts: readonly string[],
): Spec<"objective"> {
  return texts.reduce<Spec<"objective">>((rest, text) => {
    const [, spec, given] = weighted.exec(text) ?? [];
    if (spec === undefined) {
      throw new XstarError("bad-argument", `"--penalty" must be a name and its weight: current value is ${text}`, {
        hint: "Write it as tv=0.01, with parameters as boundary:width=3=0.01",
      });
    }
    const penalty = readPenalty(vocabulary, spec);
    const weight = fields.fixed("weight", { fallback: 1 }).parse(given, `--penalty ${text}`);
    return sub(rest, mul(weight, penalty));
  }, objective);
}

/** Any objective can be subtracted, but only penalties are suggested. */
function readPenalty(vocabulary: Vocabulary, text: string): Spec<"objective"> {
  if (text.startsWith("{") || Object.hasOwn(vocabulary.objective, text.split(":")[0]!))
    return parseWords(vocabulary, "objective", text);
  const penalties = Object.entries(vocabulary.objective).filter(([, { isPenalty }]) => isPenalty);
  return lookUp(Object.fromEntries(penalties), { type: text.split(":")[0]! }, "penalty")({});
}

const jobOf = ({ target, start, slug }: Job): Job => ({ target, start, slug });

/** A picture to be: `at` is the place of its start in the list of them. */
type PlannedPair = Pair & { readonly at: number };

/** Each target from each start; of the starts of an earlier run, which has one for each picture, from each different one. */
function everyPair(
  targets: readonly string[],
  starts: readonly (string | null)[],
  areOfEarlierRun: boolean,
): PlannedPair[] {
  const all = starts.map((start, at) => ({ start, at }));
  const chosen = areOfEarlierRun ? all.filter(({ start, at }) => starts.indexOf(start) === at) : all;
  return targets.flatMap((target) => chosen.map((from) => ({ target, ...from })));
}

/** Each of them so many times, and none twice before. */
function eachSeveral(pairs: readonly PlannedPair[], count: number): PlannedPair[] {
  const different = new Map(pairs.map((pair) => [JSON.stringify([pair.target, pair.start]), pair]));
  return [...different.values()].flatMap(({ target, start, at }) =>
    Array.from({ length: count }, () => ({ target, start, at })),
  );
}

/** How many pictures of the same an earlier run made; undefined where they are of several targets or starts. */
function batchOf(pictures: readonly Job[] = []): number | undefined {
  const [first, ...others] = pictures;
  const isOne = others.every(({ target, start }) => target === first!.target && start === first!.start);
  return others.length > 0 && isOne ? pictures.length : undefined;
}

function notForMany(): XstarError {
  return new XstarError("bad-argument", '"--batch" is for targets that are named one by one', {
    hint: "Name the targets: several of them may each have a batch",
  });
}
