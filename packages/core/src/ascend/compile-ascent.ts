import { mergeRules } from "../autodiff/overrides.js";
import { compile, ofAttempt, type AscentSpec, type CompiledStep } from "../compile/step.js";
import type { BatchOptions } from "../forward/batch.js";
import { prepare, type Prepared } from "../forward/prepare.js";
import { readTarget } from "../words/read-target.js";
import { viewCount } from "../compile/views.js";
import { lookUp, type Tensors } from "../define/define.js";
import type { Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import { mapValues } from "../map-values.js";
import { starts as startTable } from "../starts/starts.js";
import { createRng } from "../rng.js";
import { numbers, size, type Shape, type Tensor } from "../tensor.js";
import { fingerprint, fingerprintFiles, fingerprintTensors } from "./fingerprint.js";
import type { AscentRecord, MaximizeOptions, ModelRecord, RunIdentity, Target } from "./options.js";
import { parseOptions } from "./parse-options.js";

export interface CompiledAscent {
  readonly step: CompiledStep;
  /** The start pictures; undefined where the parameterization begins by itself. */
  readonly start: Tensor | undefined;
  readonly record: AscentRecord;
  /** The state before the first step, with other random numbers for every attempt (0 at first). */
  begin(attempt: number): Tensors;
  /** What only a checkpoint needs: it reads all the weights. */
  identity(): RunIdentity;
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
  const { targets, watch, starts: someStarts, streams: someStreams, ...parsed } = parseOptions(objective, options);
  const { keep, patience, redirect, tries, ...how } = parsed;

  const batch = Math.max(targets.length, someStarts?.length ?? 1, someStreams?.length ?? 1);
  const views = viewCount(how.transforms);
  const prepared = await prepare(model, batch, options, [batch * views, ...(options.images ? [1] : [])]);
  const read = (given: readonly Target[], what: string) =>
    spread(given, batch, what).map((one) => readTarget(one, prepared, options));
  const streams = spread(someStreams ?? Array.from({ length: batch }, (_, i) => i), batch, "streams");
  const starts = someStarts && spread(someStarts, batch, "starts");
  const spec: AscentSpec = {
    objectives: read(targets, "objectives"),
    watch: mapValues(watch, (some, name) => read(some, `objectives to watch as "${name}"`)),
    ...how,
    streams,
  };
  const startOf = (attempt: number) =>
    starts ? startPictures(starts, prepared, { seed: spec.seed, streams, attempt }) : undefined;
  const start = startOf(0);
  const step = compile(prepared, spec, rules);
  const { watch: _, ...run } = spec;
  return {
    step,
    redirected: () => compile(prepared, spec, mergeRules(["redirectedRelu", ...overrides], own)),
    start,
    begin: (attempt) => step.begin(attempt === 0 ? start : startOf(attempt), attempt),
    identity: once(() => ({
      weights: fingerprintFiles(step.files),
      graph: fingerprint(step.bytes),
      beginning: fingerprintTensors(step.begin(start)),
    })),
    record: {
      ...run,
      start: starts ? starts.map(shortened) : null,
      tries,
      keep,
      patience,
      redirect,
      overrides,
      rules: Object.keys(own ?? {}),
      ...modelRecord(options),
      models: mapValues(options.models ?? {}, modelRecord),
      generators: mapValues(options.generators ?? {}, modelRecord),
      size: options.size ? [prepared.shape[2]!, prepared.shape[3]!] : null,
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
  { seed, streams, attempt }: { seed: number; streams: readonly number[]; attempt: number },
): Tensor {
  const rng = createRng(seed).split("start");
  const one = shape.slice(1);
  const filled = starts.map((start, i) =>
    lookUp(startTable, start, "start").fill(start, one, ofAttempt(rng.split(streams[i]!), attempt), assets),
  );
  const hasOpacity = filled.some(({ length }) => length > size(one));
  const whole = hasOpacity ? shape.with(1, shape[1]! + 1) : shape;
  // half opaque where nothing is said, so that it can become either
  const data = new Float32Array(size(whole)).fill(0.5);
  filled.forEach((values, i) => data.set(values, i * size(whole.slice(1))));
  return { dtype: "float32", shape: whole, data };
}

function spread<T>(items: readonly T[], batch: number, what: string): readonly T[] {
  if (items.length === batch) return items;
  if (items.length === 1) return Array.from({ length: batch }, () => items[0]!);
  throw new XstarError("bad-argument", `${items.length} ${what} do not fit a batch of ${batch}: give 1 or ${batch}`);
}

function modelRecord({ contract, inputs = {}, logits, shapes = new Map() }: BatchOptions): ModelRecord {
  return {
    contract: contract ?? null,
    inputs: mapValues(inputs, (held) => (typeof held === "number" ? held : heldIn(held))),
    logits: logits ?? null,
    shapes: Object.fromEntries(shapes),
  };
}

/** Numbers that a record repeats. */
const fewNumbers = 4096;

function heldIn(held: Tensor): { readonly shape: Shape; readonly values?: readonly number[] } {
  const { shape } = held;
  return size(shape) <= fewNumbers ? { shape, values: numbers(held) } : { shape };
}

function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/** Records name a start from an array without repeating its numbers. */
function shortened(start: Spec): Spec {
  return start.type === "array" ? { type: "array", length: (start.values as ArrayLike<number>).length } : start;
}
