import {
  expandTargets,
  fields,
  mul,
  objectives,
  parameterizations,
  penalties,
  prepareBatch,
  readTarget,
  sub,
  unitCounts,
  XstarError,
  type Batched,
  type FurtherModel,
  type MaximizeOptions,
  type Shape,
  type Spec,
} from "@xstar/core";
import type { ModelFile } from "../load.js";
import type { SourceFiles } from "../record/file-reference.js";
import type { FoundRecord } from "../record/picture-files.js";
import type { Job, RunFiles } from "../record/run-record.js";
import { createAssetReader, givenPaths } from "./assets.js";
import { baseOptions } from "./base-options.js";
import { splitInputs } from "./given-inputs.js";
import type { MaximizeFlags } from "./maximize-flags.js";
import { earlierInput, readModelInput } from "./model-flags.js";
import { joinPaths, pathsInSpecs } from "./named-files.js";
import { planStarts } from "./plan-starts.js";
import { distinct, slugOf } from "./slug.js";
import { parseSpec } from "./spec-flags.js";
import { specOptions } from "./spec-options.js";

export interface Plan {
  readonly jobs: readonly Job[];
  readonly objectives: readonly Spec[];
  /** What the jobs' targets are, without penalties and without what a recipe makes of them. */
  readonly targets: readonly Spec[];
  readonly options: MaximizeOptions;
  /** Of the pictures without their opacity, [batch, channels, height, width]. */
  readonly shape: Shape;
  readonly recipe: Spec | null;
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
  readonly files: SourceFiles;
  /** The run to repeat. */
  readonly from?: FoundRecord | undefined;
}

/** What the command line asks for. Throws `bad-argument`, `unknown-layer`, and for files what reading them does. */
export async function planAscent(
  model: ModelFile,
  targets: readonly string[],
  flags: MaximizeFlags,
  { path, files, from }: PlanSources,
): Promise<Plan> {
  const record = from?.record;
  const earlier = from && earlierInput(from.path, from.record.ascent, from.record.inputs);
  const { own, further: furtherInputs } = splitInputs(model.source, flags.input ?? []);
  const input = await readModelInput(model, { ...flags, input: own }, { files, ...(earlier && { earlier }) });
  const first = await prepareBatch(model, 1, input.options);
  const { shape } = first;
  const base = baseOptions(flags.recipe, shape.slice(1), record);
  const specs = specOptions(flags, base);
  const picture = specs.size && shape.length === 4 ? [shape[1]!, ...specs.size] : shape.slice(1);

  const changesTargets = targets.length > 0 || flags.recipe !== undefined;
  const asked = targets.length > 0 ? targets : (record?.pictures.map(({ target }) => target) ?? []);
  const reader = createAssetReader({ runtime: model.runtime, files, inputs: furtherInputs, from });
  const given = givenPaths(flags, record);
  const further = await reader.models(given.models);
  const { expand, read } = await targetReader(first, further, model.labels);
  const texts = expand(asked);
  const before = record?.pictures.map(({ target }) => target) ?? [];
  const climbed = new Map(
    texts.map((text) => [
      text,
      record && !changesTargets ? record.ascent.objectives[before.indexOf(text)]! : base.objective(read(text)),
    ]),
  );

  const starts = await planStarts(flags.init, base, {
    shape: picture,
    files,
    from,
    isTransparent: parameterizations[specs.parameterization.type]!.isTransparent ?? false,
  });
  const isMany = texts.length > asked.length;
  if (isMany && flags.batch !== undefined) throw notForMany();
  const repeats = record && targets.length === 0 && !flags.init;
  const pairs = repeats ? record.pictures.map((job, i) => ({ ...jobOf(job), at: i })) : pairUp(texts, starts.texts);
  const batch = flags.batch ?? (repeats ? undefined : batchOf(record?.pictures));
  const jobs = batch === undefined ? named(pairs) : named(eachSeveral(pairs, batch));
  const objectivesOfJobs = jobs.map(({ target }) => withPenalties(climbed.get(target)!, flags.penalty ?? []));
  const isOneStart = isMany || starts.specs?.length === 1;
  const startsOfJobs = isOneStart ? starts.specs : starts.specs && jobs.map(({ at }) => starts.specs![at]!);
  const inSpecs = pathsInSpecs({ ...specs, objectives: objectivesOfJobs, starts: starts.specs ?? [] });
  const assets = await reader.all(joinPaths(given, inSpecs), picture);
  const { streams, ...rest } = specs;
  return {
    jobs: jobs.map(jobOf),
    objectives: objectivesOfJobs,
    targets: jobs.map(({ target }) => read(target)),
    shape: [jobs.length, ...picture],
    recipe: base.recipe,
    isMany,
    stopAfter: flags.steps === undefined ? (record?.stopped ?? null) : null,
    options: {
      ...rest,
      ...input.options,
      ...assets.options,
      ...(streams && streams.length === jobs.length && { streams }),
      ...(startsOfJobs && { start: startsOfJobs }),
      ...(model.labels && { labels: model.labels }),
    },
    files: {
      model: await files.referenceModel(path, model),
      ...assets.references,
      starts: starts.references,
      inputs: { ...input.inputFiles, ...assets.inputFiles },
    },
  };
}

interface TargetReader {
  /** One text for each of the units that `*` and ranges stand for. */
  expand(texts: readonly string[]): string[];
  /** The objective that a text stands for: in words, or as JSON. */
  read(text: string): Spec;
}

async function targetReader(
  first: Batched,
  models: Readonly<Record<string, FurtherModel>>,
  labels: readonly string[] | undefined,
): Promise<TargetReader> {
  const further = new Map<string, Batched>();
  for (const [name, { model, ...options }] of Object.entries(models))
    further.set(name, await prepareBatch(model, 1, options, name));
  const countsOf = ({ model, normalized, options, input }: Batched) =>
    unitCounts(model.source, normalized, options.logits, input);
  const counts = new Map(countsOf(first));
  for (const [name, one] of further) for (const [layer, count] of countsOf(one)) counts.set(`${name}::${layer}`, count);
  return {
    expand: (texts) => expandTargets(texts, counts),
    read: (text) => readTarget(asJson(text, counts) ?? text, { first, further }, { models, ...(labels && { labels }) }),
  };
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
function withPenalties(objective: Spec, texts: readonly string[]): Spec {
  return texts.reduce((rest, text) => {
    const [, spec, given] = weighted.exec(text) ?? [];
    if (spec === undefined) {
      throw new XstarError("bad-argument", `"--penalty" must be a name and its weight: current value is ${text}`, {
        hint: "Write it as tv=0.01, with parameters as boundary:width=3=0.01",
      });
    }
    // any objective can be subtracted, but only penalties are suggested
    const table = Object.hasOwn(objectives, spec.split(":")[0]!) ? objectives : penalties;
    const penalty = parseSpec(table, spec, "penalty");
    const weight = fields.fixed("weight", { fallback: 1 }).parse(given, `--penalty ${text}`);
    return sub(rest, mul(weight, penalty));
  }, objective);
}

const jobOf = ({ target, start, slug }: Job): Job => ({ target, start, slug });

/** A picture to be: `at` is the place of its start in the list of them. */
type Pair = Omit<Job, "slug"> & { readonly slug?: string; readonly at: number };

/** Several targets from one start, several starts for one target, or as many of each. */
function pairUp(targets: readonly string[], starts: readonly (string | null)[]): Pair[] {
  return Array.from({ length: Math.max(targets.length, starts.length) }, (_, i) => {
    const at = i < starts.length ? i : 0;
    return { target: targets[i] ?? targets[0]!, start: starts[at]!, at };
  });
}

/** Each of them so many times, and none twice before. */
function eachSeveral(pairs: readonly Pair[], count: number): Pair[] {
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

/** With what their files are called. */
function named(pairs: readonly Pair[]): (Job & Pair)[] {
  const severalStarts = new Set(pairs.map(({ start }) => start)).size > 1;
  const names = pairs.map(({ target, start }) => slugOf(severalStarts ? `${target} from ${start}` : target));
  const slugs = distinct(names);
  return pairs.map((pair, i) => ({ ...pair, slug: pair.slug ?? slugs[i]! }));
}

function notForMany(): XstarError {
  return new XstarError("bad-argument", '"--batch" is for targets that are named one by one', {
    hint: "Name the targets: several of them may each have a batch",
  });
}
