import { mergeRules } from "../autodiff/overrides.js";
import { compile, type AscentSpec, type CompiledStep } from "../compile/compile.js";
import type { BatchOptions } from "../compile/forward.js";
import { prepare, type Prepared } from "../compile/prepare.js";
import { readTarget } from "../compile/read-target.js";
import { viewCount } from "../compile/views.js";
import { lookUp } from "../define/define.js";
import { choice, fixed, int, parseFields, type Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import { constant } from "../optimizers/schedules.js";
import { gradient } from "../optimizers/gradient.js";
import { pixel } from "../parameterizations/pixel.js";
import { asStart, starts as startTable } from "../parameterizations/starts.js";
import { parameterizations } from "../parameterizations/table.js";
import { createRng } from "../rng.js";
import { size, type Tensor } from "../tensor.js";
import type { AscentRecord, MaximizeOptions, ModelRecord, Target } from "./options.js";

export interface CompiledAscent {
  readonly step: CompiledStep;
  /** The start pictures; undefined where the parameterization begins by itself. */
  readonly start: Tensor | undefined;
  readonly record: AscentRecord;
  /** The same step with redirected ReLU gradients. */
  redirected(): CompiledStep;
}

/** Compiles an ascent without running it: for export, inspection and loops of one's own. */
export async function compileAscent(
  model: LoadedModel,
  objective: Target | readonly Target[],
  options: MaximizeOptions = {},
): Promise<CompiledAscent> {
  const { overrides = [], rules: own } = options;
  const rules = mergeRules(overrides, own, model.source.functions);
  const seed = int("seed").parse(options.seed ?? 0, "seed");
  const steps = int("steps", { min: 0 }).parse(options.steps ?? 64, "steps");
  const parameterization = options.parameterization ?? pixel({});
  const transforms = options.transforms ?? [];
  const begins = lookUp(parameterizations, parameterization, "parameterization").initial !== undefined;
  const givenStarts =
    options.start === undefined && begins
      ? null
      : list(options.start ?? "random")
          .map(asStart)
          .map(parseStart);

  const targets = list(objective);
  const batch = Math.max(targets.length, givenStarts?.length ?? 1, options.streams?.length ?? 1);
  const views = viewCount(transforms);
  const prepared = await prepare(model, batch, options, [batch * views, ...(options.images ? [1] : [])]);
  const read = (given: readonly Target[], what: string) =>
    spread(given, batch, what).map((one) => readTarget(one, prepared, options));
  const streams = spread(options.streams ?? Array.from({ length: batch }, (_, i) => i), batch, "streams");
  const spec: AscentSpec = {
    objectives: read(targets, "objectives"),
    watch: Object.fromEntries(
      Object.entries(options.watch ?? {}).map(([name, one]) => [
        name,
        read(list(one), `objectives to watch as "${name}"`),
      ]),
    ),
    parameterization,
    transforms,
    optimizer: options.optimizer ?? gradient({}),
    schedule: options.schedule ?? constant({}),
    clip: options.clip === undefined ? null : fixed("clip", { min: 0, fallback: 0 }).parse(options.clip, "clip"),
    influence: options.influence ?? false,
    steps,
    seed,
    streams,
  };
  const starts = givenStarts && spread(givenStarts, batch, "starts");
  const { watch: _, ...run } = spec;
  return {
    step: compile(prepared, spec, rules),
    redirected: () => compile(prepared, spec, mergeRules(["redirectedRelu", ...overrides], own)),
    start: starts ? startPictures(starts, prepared, seed, streams) : undefined,
    record: {
      ...run,
      start: starts ? starts.map(shortened) : null,
      keep: choice("keep", ["last", "best"], "last").parse(options.keep ?? "last", "keep"),
      patience: options.patience === undefined ? null : int("patience", { min: 1 }).parse(options.patience, "patience"),
      redirect: int("redirect", { min: 0 }).parse(options.redirect ?? 16, "redirect"),
      overrides,
      rules: Object.keys(own ?? {}),
      ...modelRecord(options),
      models: mapValues(options.models ?? {}, modelRecord),
      generators: mapValues(options.generators ?? {}, modelRecord),
      size: options.size ?? null,
      assumed: prepared.first.assumed,
      shape: prepared.shape,
      runtime: model.runtime.name,
    },
  };
}

/** Picture i is drawn from stream i, whatever else is in the batch. */
function startPictures(
  starts: readonly Spec[],
  { shape, assets }: Prepared,
  seed: number,
  streams: readonly number[],
): Tensor {
  const rng = createRng(seed).split("start");
  const one = shape.slice(1);
  const data = new Float32Array(size(shape));
  starts.forEach((start, i) =>
    data.set(lookUp(startTable, start, "start").fill(start, one, rng.split(streams[i]!), assets), i * size(one)),
  );
  return { dtype: "float32", shape, data };
}

function list<T>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? x : [x as T];
}

function spread<T>(items: readonly T[], batch: number, what: string): readonly T[] {
  if (items.length === batch) return items;
  if (items.length === 1) return Array.from({ length: batch }, () => items[0]!);
  throw new XstarError("bad-argument", `${items.length} ${what} do not fit a batch of ${batch}: give 1 or ${batch}`);
}

function parseStart(spec: Spec): Spec {
  const { type, ...given } = spec;
  return parseFields(type, lookUp(startTable, spec, "start").params, given);
}

function modelRecord({ contract, inputs = {}, logits, shapes = new Map() }: BatchOptions): ModelRecord {
  return {
    contract: contract ?? null,
    inputs: mapValues(inputs, (held) => (typeof held === "number" ? held : { shape: held.shape })),
    logits: logits ?? null,
    shapes: Object.fromEntries(shapes),
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** Records name a start from an array without repeating its numbers. */
function shortened(start: Spec): Spec {
  return start.type === "array" ? { type: "array", length: (start.values as ArrayLike<number>).length } : start;
}
