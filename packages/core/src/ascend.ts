import { compile, objectiveOutput, pictureOutput, watchOutput, type CompiledStep } from "./compile/compile.js";
import { prepareBatch, type Batched, type BatchOptions } from "./compile/forward.js";
import type { Contract } from "./model/contract.js";
import { targetNames } from "./model/layers.js";
import { parseTarget } from "./objectives/target.js";
import { mergeRules } from "./autodiff/overrides.js";
import type { VjpRules } from "./autodiff/vjp.js";
import { lookUp, type Tensors } from "./define/define.js";
import { int, parseFields, type Spec } from "./define/fields.js";
import { XstarError } from "./errors.js";
import type { LoadedModel } from "./model/load.js";
import type { Session } from "./runtime.js";
import { gradient } from "./optimizers/table.js";
import { pixel } from "./parameterizations/pixel.js";
import { asStart, starts as startTable } from "./parameterizations/starts.js";
import { createRng } from "./rng.js";
import { size, type Shape, type Tensor } from "./tensor.js";

/** An objective, or its short form as the command line takes it: `conv2:7`, `logit:3 - 0.1*tv`. */
export type Target = Spec | string;

export interface MaximizeOptions extends BatchOptions {
  /** Steps to take; 0 only measures the start. @default 64 */
  readonly steps?: number;
  /** Decides every random number of the run. @default 0 */
  readonly seed?: number;
  /** The first picture: `ones`, `zeros`, `0.5`, `random`, a spec, or one of these for each picture. @default "random" */
  readonly start?: string | number | Spec | readonly (string | number | Spec)[];
  /** @default pixel({}) */
  readonly parameterization?: Spec;
  readonly transforms?: readonly Spec[];
  /** @default gradient({ learningRate: 1 }) */
  readonly optimizer?: Spec;
  /** More objectives to measure at every step, by name. */
  readonly watch?: Readonly<Record<string, Target | readonly Target[]>>;
  /** Names of `overrides`: rules in the place of true gradients, the later before the earlier. */
  readonly overrides?: readonly string[];
  /** vjp rules of your own, by operator; they go before the standard ones and the overrides. */
  readonly rules?: VjpRules;
  /** Stops the run after the step in progress; what is done is kept. */
  readonly signal?: AbortSignal;
}

/** The picture after `index` steps, and what it makes of the network. */
export interface Step {
  /** 0 is the start. */
  readonly index: number;
  /** The objective of each picture. */
  readonly objective: Float32Array;
  readonly watch: Readonly<Record<string, Float32Array>>;
  /** [batch, channels, height, width] in picture units. */
  readonly picture: Tensor;
}

export interface AscentResult {
  /** The last finite step. */
  readonly last: Step;
  /** The objective of each picture at every step. */
  readonly curve: readonly Float32Array[];
  readonly watch: Readonly<Record<string, readonly Float32Array[]>>;
  /** Why the run ended. */
  readonly ended: "steps" | "aborted" | "diverged";
  /** What was run, as JSON: with the model and the backend it repeats the run. */
  readonly record: AscentRecord;
}

export interface AscentRecord {
  readonly objectives: readonly Spec[];
  readonly start: readonly Spec[];
  readonly parameterization: Spec;
  readonly transforms: readonly Spec[];
  readonly optimizer: Spec;
  readonly overrides: readonly string[];
  /** The operators for which the caller gave a rule of their own. */
  readonly rules: readonly string[];
  readonly contract: Contract | null;
  /** What the inputs besides the picture hold; of a tensor only its shape. */
  readonly inputs: Readonly<Record<string, number | { readonly shape: Shape }>>;
  /** The output that class scores were read from; null when it was not named. */
  readonly logits: string | null;
  /** What was taken for granted, in sentences, such as the size of a picture that the model leaves free. */
  readonly assumed: readonly string[];
  readonly steps: number;
  readonly seed: number;
  readonly shape: Shape;
  readonly runtime: string;
}

/** A run: iterate over its steps, or wait for its result, or both. Iterating drives it; so does `result`. */
export interface Run extends AsyncIterable<Step> {
  readonly result: Promise<AscentResult>;
}

/** Compiles an ascent without running it: for export, inspection and loops of one's own. */
export async function compileAscent(
  model: LoadedModel,
  objective: Target | readonly Target[],
  options: MaximizeOptions = {},
): Promise<{ step: CompiledStep; start: Tensor; record: AscentRecord }> {
  const {
    parameterization = pixel({}),
    transforms = [],
    optimizer = gradient({}),
    contract,
    inputs = {},
    logits,
  } = options;
  const seed = int("seed").parse(options.seed ?? 0, "seed");
  const rules = mergeRules(options.overrides, options.rules, model.source.functions);
  const steps = int("steps", { min: 0 }).parse(options.steps ?? 64, "steps");
  const givenStarts = list(options.start ?? "random")
    .map(asStart)
    .map(parseStart);
  const objectives = list(objective);
  const batch = Math.max(objectives.length, givenStarts.length);
  const starts = spread(givenStarts, batch, "starts");
  const batched = await prepareBatch(model, batch, options);
  const read = (targets: readonly Target[]) => targets.map((target) => asObjective(target, batched));
  const spec = {
    objectives: read(spread(objectives, batch, "objectives")),
    watch: Object.fromEntries(
      Object.entries(options.watch ?? {}).map(([name, one]) => [
        name,
        read(spread(list(one), batch, `objectives to watch as "${name}"`)),
      ]),
    ),
    parameterization,
    transforms,
    optimizer,
    seed,
  };
  const step = compile(batched, spec, rules);
  const rng = createRng(seed).split("start");
  const one = step.shape.slice(1);
  const data = new Float32Array(size(step.shape));
  starts.forEach((start, i) =>
    data.set(lookUp(startTable, start, "start").fill(start, one, rng.split(i)), i * size(one)),
  );
  const record: AscentRecord = {
    objectives: spec.objectives,
    start: starts.map(shortened),
    parameterization,
    transforms,
    optimizer,
    overrides: options.overrides ?? [],
    rules: Object.keys(options.rules ?? {}),
    contract: contract ?? null,
    inputs: mapInputs(inputs),
    logits: logits ?? null,
    assumed: batched.assumed,
    steps,
    seed,
    shape: step.shape,
    runtime: model.runtime.name,
  };
  return { step, start: { dtype: "float32", shape: step.shape, data }, record };
}

/**
 * Changes pictures so that objectives become as large as possible.
 *
 * One objective and several starts, several objectives and one start, or as many of each make a batch that runs in one
 * session. Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`, `no-gradient` before the first step.
 */
export function maximize(
  model: LoadedModel,
  objective: Target | readonly Target[],
  options: MaximizeOptions = {},
): Run {
  let settle: Settle = { resolve: () => undefined, reject: () => undefined };
  const result = new Promise<AscentResult>((resolve, reject) => {
    settle = { resolve, reject };
  });
  result.catch(() => undefined);
  const steps = climb(model, objective, options, settle);
  let driven = false;
  const driveAlone = () => {
    if (!driven) void drain(steps);
    driven = true;
  };
  return {
    get result() {
      // not at once: the caller may be about to iterate
      void Promise.resolve().then(driveAlone);
      return result;
    },
    [Symbol.asyncIterator]() {
      driven = true;
      return steps;
    },
  };
}

interface Settle {
  resolve(result: AscentResult): void;
  reject(error: unknown): void;
}

async function drain(steps: AsyncIterable<Step>): Promise<void> {
  try {
    for await (const _ of steps);
  } catch {
    // The run's result is rejected with the same error.
  }
}

async function* climb(
  model: LoadedModel,
  objective: Target | readonly Target[],
  options: MaximizeOptions,
  { resolve, reject }: Settle,
): AsyncGenerator<Step, void> {
  const curve: Float32Array[] = [];
  const watch: Record<string, Float32Array[]> = {};
  for (const name of Object.keys(options.watch ?? {})) watch[name] = [];
  let last: Step | undefined;
  let ended: AscentResult["ended"] = "aborted";
  let record: AscentRecord | undefined;
  let session: Session | undefined;
  try {
    const compiled = await compileAscent(model, objective, options);
    record = compiled.record;
    const { step } = compiled;
    session = await model.runtime.open(step.bytes, { files: step.files });
    let state: Tensors = step.begin(compiled.start);
    for (let i = 0; ; i++) {
      const results = await session.run({ ...state, ...step.settings, ...step.sample(i) });
      const now: Step = {
        index: i,
        objective: floats(results[objectiveOutput]!),
        watch: Object.fromEntries(Object.keys(watch).map((name) => [name, floats(results[watchOutput(name)]!)])),
        picture: results[pictureOutput]!,
      };
      if (!isFinite(now)) {
        if (!last) throw new XstarError("diverged", "The target is not a finite number on the start picture");
        ended = "diverged";
        break;
      }
      curve.push(now.objective);
      for (const [name, values] of Object.entries(now.watch)) watch[name]!.push(values);
      last = now;
      yield now;
      if (i >= record.steps) {
        ended = "steps";
        break;
      }
      if (options.signal?.aborted) break;
      state = Object.fromEntries(Object.entries(step.next).map(([name, output]) => [name, results[output]!]));
    }
  } catch (error) {
    reject(error);
    throw error;
  } finally {
    await session?.release();
    if (last && record) resolve({ last, curve, watch, ended, record });
    else reject(new XstarError("aborted", "The run was stopped before its first step"));
  }
}

const isFinite = ({ objective, picture }: Step) =>
  objective.every(Number.isFinite) && floats(picture).every(Number.isFinite);

const floats = (t: Tensor) => t.data as Float32Array;

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

function asObjective(target: Target, { model, normalized }: Batched): Spec {
  if (typeof target !== "string") return target;
  return parseTarget(target, targetNames(model.source, normalized));
}

function mapInputs(inputs: NonNullable<BatchOptions["inputs"]>): AscentRecord["inputs"] {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, held]) => [name, typeof held === "number" ? held : { shape: held.shape }]),
  );
}

/** Records name a start from an array without repeating its numbers. */
function shortened(start: Spec): Spec {
  return start.type === "array" ? { type: "array", length: (start.values as ArrayLike<number>).length } : start;
}
