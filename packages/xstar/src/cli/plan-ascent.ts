import {
  expandTargets,
  fields,
  mul,
  objectives,
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
  const input = await readModelInput(model, flags, { files, ...(earlier && { earlier }) });
  const first = await prepareBatch(model, 1, input.options);
  const { shape } = first;
  const base = baseOptions(flags.recipe, shape.slice(1), record);
  const specs = specOptions(flags, base);
  const picture = specs.size && shape.length === 4 ? [shape[1]!, ...specs.size] : shape.slice(1);

  const changesTargets = targets.length > 0 || flags.recipe !== undefined;
  const asked = targets.length > 0 ? targets : (record?.pictures.map(({ target }) => target) ?? []);
  const texts = expandTargets(asked, unitCounts(model.source, first.normalized, input.options.logits));
  const reader = createAssetReader({ runtime: model.runtime, files, from });
  const given = givenPaths(flags, record);
  const further = await reader.models(given.models);
  const read = await targetReader(first, further, model.labels);
  const climbed =
    record && !changesTargets ? record.ascent.objectives : texts.map((text) => base.objective(read(text)));
  const penalized = climbed.map((objective) => withPenalties(objective, flags.penalty ?? []));

  const starts = await planStarts(flags.init, base, { shape: picture, files, from });
  const jobs = record && targets.length === 0 && !flags.init ? record.pictures.map(jobOf) : jobsOf(texts, starts.texts);
  const inSpecs = pathsInSpecs({ ...specs, objectives: penalized, starts: starts.specs ?? [] });
  const assets = await reader.all(joinPaths(given, inSpecs), picture);
  const { streams, ...rest } = specs;
  return {
    jobs,
    objectives: penalized,
    targets: jobs.map(({ target }) => read(target)),
    shape: [jobs.length, ...picture],
    recipe: base.recipe,
    isMany: texts.length > asked.length,
    stopAfter: flags.steps === undefined ? (record?.stopped ?? null) : null,
    options: {
      ...rest,
      ...input.options,
      ...assets.options,
      ...(streams && streams.length === jobs.length && { streams }),
      ...(starts.specs && { start: starts.specs }),
      ...(model.labels && { labels: model.labels }),
    },
    files: {
      model: await files.referenceModel(path, model),
      ...assets.references,
      starts: starts.references,
      inputs: input.inputFiles,
    },
  };
}

/** Reads the texts of targets: in words, or as JSON. */
async function targetReader(
  first: Batched,
  models: Readonly<Record<string, FurtherModel>>,
  labels: readonly string[] | undefined,
): Promise<(text: string) => Spec> {
  const further = new Map<string, Batched>();
  for (const [name, { model, ...options }] of Object.entries(models))
    further.set(name, await prepareBatch(model, 1, options));
  return (text) => readTarget(asJson(text) ?? text, { first, further }, { models, ...(labels && { labels }) });
}

function asJson(text: string): Spec | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Spec;
  } catch {
    throw new XstarError("bad-argument", `The target ${text} is no JSON`, {
      hint: 'Write it as {"type":"channel","layer":"conv2","channel":7}',
    });
  }
}

/** `tv=0.01`: the objective minus 0.01 tv. */
function withPenalties(objective: Spec, texts: readonly string[]): Spec {
  return texts.reduce((rest, text) => {
    const at = text.lastIndexOf("=");
    const spec = at < 0 ? text : text.slice(0, at);
    // any objective can be subtracted, but only penalties are suggested
    const table = Object.hasOwn(objectives, spec.split(":")[0]!) ? objectives : penalties;
    const penalty = parseSpec(table, spec, "penalty");
    const weight = fields.fixed("weight", { fallback: 1 }).parse(at < 0 ? "" : text.slice(at + 1), `--penalty ${text}`);
    return sub(rest, mul(weight, penalty));
  }, objective);
}

const jobOf = ({ target, start, slug }: Job): Job => ({ target, start, slug });

function jobsOf(targets: readonly string[], starts: readonly (string | null)[]): Job[] {
  const jobs = Array.from({ length: Math.max(targets.length, starts.length) }, (_, i) => ({
    target: targets[i] ?? targets[0]!,
    start: starts[i] ?? starts[0] ?? null,
  }));
  const slugs = distinct(
    jobs.map(({ target, start }) => slugOf(starts.length > 1 ? `${target} from ${start}` : target)),
  );
  return jobs.map((job, i) => ({ ...job, slug: slugs[i]! }));
}
