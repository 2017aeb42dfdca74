import { changedRules } from "../autodiff/changed-rules.js";
import { beginningOf, ofAttempt } from "../compile/beginning.js";
import { compile, type AscentSpec, type CompiledStep } from "../compile/step.js";
import { viewCount } from "../compile/views.js";
import { lookUp, parseSpec, type Tensors } from "../define/definition.js";
import type { Fields } from "../define/fields.js";
import type { StartGiven } from "../define/recipe.js";
import type { Spec } from "../define/spec.js";
import { withDefinitions, type Vocabulary, type WithVocabulary } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import { planesOf } from "../forward/planes.js";
import { pictureOf, prepareModel, type BatchOptions } from "../forward/prepare-model.js";
import { prepare, type Prepared } from "../forward/prepare.js";
import { mapValues } from "../map-values.js";
import { isTensor } from "../model/given.js";
import { recordedKind } from "../model/input-kind.js";
import { unitCounts } from "../model/layers.js";
import type { LoadedModel } from "../model/load.js";
import { aimAtClasses, useRecipe, type UsedRecipe } from "../recipes/use-recipe.js";
import { createRng } from "../rng.js";
import { shapesOf, numbers, size, type Shape, type Tensor } from "../tensor.js";
import { resolveTarget } from "../words/resolve-target.js";
import { fingerprint, fingerprintFiles, fingerprintTensors } from "./fingerprint.js";
import { checkOptions, type MaximizeOptions } from "./options.js";
import type { Target, Asked, AscentRecord, ModelRecord, RunIdentity } from "./result.js";
import { parseOptions, someOf } from "./parse-options.js";

/** An ascent that is compiled and not yet run: its step graph, its record, and the state that it begins with. */
export interface CompiledAscent {
  readonly step: CompiledStep;
  /** The start pictures; undefined where the parameterization begins by itself. */
  readonly start: Tensor | undefined;
  readonly record: AscentRecord;
  readonly asked: Asked;
  /** Whether the run can go on beyond its number of steps. */
  readonly isOpenEnded: boolean;
  /** The state before the first step, with other random numbers for every attempt (0 at first). */
  begin(attempt: number): Tensors;
  /** What only a checkpoint needs: it reads all the weights. */
  identity(): RunIdentity;
  /** The same step with redirected gradients. */
  redirected(): Promise<CompiledStep>;
}

/** Options with the vocabulary that they are read by. */
export type AscentOptions = Omit<MaximizeOptions, "vocabulary"> & WithVocabulary;

/** Compiles an ascent without running it: for export, inspection and loops of one's own. */
export async function compileAscent(
  model: LoadedModel,
  target: Target | readonly Target[],
  given: AscentOptions,
): Promise<CompiledAscent> {
  checkOptions(given);
  const vocabulary = withDefinitions(given.vocabulary, given.definitions ?? []);
  const targets = await expand(model, someOf(target, "targets"), given);
  const recipe = await recipeFor(model, targets, { ...given, vocabulary });
  const options = { ...recipe.options, ...withoutUndefined(given), vocabulary };
  const { overrides = [] } = options;
  const own = { ...mapValues(vocabulary.rule, ({ vjp }) => vjp), ...options.rules };
  const rulesOf = (names: readonly string[], table = vocabulary.override) =>
    changedRules(names, own, model.source.functions, table);
  const rules = rulesOf(overrides);
  const { watch, starts: someStarts, streams: someStreams, ...parsed } = parseOptions(options, vocabulary);
  const { keep, patience, redirectSteps, restarts: givenRestarts, ...how } = parsed;

  const batch = Math.max(targets.length, someStarts?.length ?? 1, someStreams?.length ?? 1);
  const views = viewCount(vocabulary.transform, how.transforms);
  const prepared = await prepare(model, batch, options, [batch * views, ...(options.images ? [1] : [])]);
  // the grammar of words is loaded where there are any
  const readAny = [targets, ...Object.values(watch)].flat().some(isWords)
    ? (await import("../words/read-target.js")).readTarget
    : resolveTarget;
  const read = (some: readonly Target[], what: string) =>
    spread(some, batch, what).map((one) => readAny(one as Spec, prepared, options));
  const streams = spread(someStreams ?? Array.from({ length: batch }, (_, i) => i), batch, "streams");
  const starts = someStarts && spread(someStarts, batch, "starts");
  const { definition, spec: parameters } = parseSpec(
    vocabulary.parameterization,
    how.parameterization,
    "parameterization",
  );
  const restarts = givenRestarts ?? definition.restarts?.(parameters, prepared.assets) ?? 1;
  const spec: AscentSpec = {
    objectives: read(targets, "objectives").map(recipe.objective),
    watch: mapValues(watch, (some, name) => read(some, `objectives to watch as "${name}"`)),
    ...how,
    streams,
  };
  const startOf = (attempt: number) =>
    starts ? startPictures(starts, prepared, { seed: spec.seed, streams, attempt }) : undefined;
  const start = startOf(0);
  const beginning = await beginningOf(prepared, spec);
  const step = await compile(prepared, spec, { ...(rules && { rules }), beginning });
  const { watch: _, ...run } = spec;
  const holds = recordedKind(prepared.first.holds);
  return {
    step,
    isOpenEnded: lookUp(vocabulary.schedule, how.schedule, "schedule").isOpenEnded ?? false,
    async redirected() {
      // whatever the vocabulary names
      const { redirecting } = await import("../autodiff/overrides.js");
      const names = [...Object.keys(redirecting), ...overrides];
      const waking = rulesOf(names, { ...redirecting, ...vocabulary.override });
      return compile(prepared, spec, { rules: waking, beginning });
    },
    start,
    asked: {
      targets: spread(targets, batch, "targets"),
      starts: starts && spread([options.start ?? "random"].flat() as StartGiven[], batch, "starts"),
      recipe: recipe.spec,
    },
    begin: (attempt) => step.begin(attempt === 0 ? start : startOf(attempt), attempt),
    identity: once(() => ({
      weights: fingerprintFiles(step.files),
      graph: fingerprint(step.bytes),
      beginning: fingerprintTensors(step.begin(start)),
    })),
    record: {
      ...run,
      start: starts ? starts.map((one) => shortened(vocabulary, one)) : null,
      restarts,
      keep,
      patience,
      redirectSteps,
      overrides,
      rules: Object.keys(own),
      ...modelRecord(model, options),
      models: mapValues(options.models ?? {}, (further) => modelRecord(further.model, further)),
      generators: mapValues(options.generators ?? {}, (further) =>
        modelRecord(further.model, { contract: null, ...further }),
      ),
      size: options.size ? [prepared.shape[2]!, prepared.shape[3]!] : null,
      assumed: prepared.first.assumed,
      shape: prepared.shape,
      ...(holds && { holds }),
      runtime: model.runtime.name,
    },
  };
}

const isWords = (target: Target): target is string => typeof target === "string";

/** Targets in words that stand for many, one by one. */
async function expand(
  model: LoadedModel,
  targets: readonly Target[],
  options: AscentOptions,
): Promise<readonly Target[]> {
  if (!targets.some(isWords)) return targets;
  const { expandTargets, standsForMany } = await import("../words/expand-targets.js");
  if (!targets.some((one) => isWords(one) && standsForMany(one))) return targets;
  const first = await prepareModel(model, 1, options);
  const counts = unitCounts(model.source, first.normalized, options.logits, first.input);
  return targets.flatMap<Target>((one) => (isWords(one) ? expandTargets([one], counts) : [one]));
}

/** What the recipe of a run makes of its options and targets. */
async function recipeFor(
  model: LoadedModel,
  targets: readonly Target[],
  options: AscentOptions,
): Promise<Pick<UsedRecipe, "options" | "objective"> & { readonly spec: Spec<"recipe"> | null }> {
  const { recipe = "auto", vocabulary, gradientFree } = options;
  if (recipe === "none") return { spec: null, options: {}, objective: (target) => target };
  const { shape, holds } = await pictureOf(model, options);
  const ofClasses = aimAtClasses(targets);
  return useRecipe(vocabulary, recipe, { shape: shape.slice(1), holds, gradientFree: !!gradientFree, ofClasses });
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** Picture i is drawn from stream i, whatever else is in the batch. */
function startPictures(
  starts: readonly Spec[],
  { shape, assets, vocabulary, first }: Prepared,
  { seed, streams, attempt }: { seed: number; streams: readonly number[]; attempt: number },
): Tensor {
  const rng = createRng(seed).split("start");
  const one = shape.slice(1);
  const planes = planesOf([1, ...one], first.holds);
  const filled = starts.map((start, i) => {
    const definition = lookUp(vocabulary.start, start, "start");
    const own = ofAttempt(rng.split(streams[i]!), attempt);
    // numbers that are given lie as the input does
    if (!planes || holdsNumbers(definition)) return definition.fill(start, one, own, assets);
    const laid = definition.fill(start, planes.shape.slice(1), own, assets);
    return planes.restoreTensor({ dtype: "float32", shape: planes.shape, data: laid }).data as Float32Array;
  });
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

function modelRecord(
  model: LoadedModel,
  { contract = model.contract, inputs = {}, logits, shapes }: BatchOptions,
): ModelRecord {
  return {
    contract: contract ?? null,
    inputs: mapValues(inputs, (held) => (isTensor(held) ? heldIn(held) : held)),
    logits: logits ?? null,
    shapes: Object.fromEntries(shapesOf(shapes)),
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

const dataField = (params: Fields) => Object.entries(params).find(([, { isData }]) => isData);
const holdsNumbers = ({ params }: { readonly params: unknown }) => dataField(params as Fields) !== undefined;

/** Records leave out the numbers of a start that holds as many as a picture. */
function shortened({ start: table }: Vocabulary, start: Spec): Spec {
  const { params } = lookUp(table, start, "start");
  const data = dataField(params as Fields);
  return data ? { type: start.type, length: (start[data[0]] as ArrayLike<number>).length } : start;
}
