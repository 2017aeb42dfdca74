import { withDefinitions } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import { compileAscent, type AscentOptions, type CompiledAscent } from "./compile-ascent.js";
import { History } from "./history.js";
import type { Target, AscentResult, Checkpoint, Run, Step } from "./result.js";
import { StepRunner } from "./step-runner.js";

/**
 * `maximize` with a vocabulary of your own choice, so that a bundle has only what it names.
 *
 * @example
 * const vocabulary = vocabularyOf([channel, fourier, jitter, adam, schedules.constant]);
 * await ascend(model, channel({ layer: "conv2", channel: 7 }), { vocabulary, recipe: "none", parameterization: "fourier" });
 */
export function ascend(model: LoadedModel, target: Target | readonly Target[], options: AscentOptions): Run {
  return runAscent(model, () => compileAscent(model, target, options), options);
}

/**
 * Takes the steps of an ascent that is compiled already, or will be when the first one is asked for: with the options that it is
 * compiled with.
 *
 * @example
 * const options = { vocabulary: standard, steps: 64 };
 * const compiled = await compileAscent(model, "conv2:7", options);
 * const { picture } = await runAscent(model, () => compiled, options);
 */
export function runAscent(
  model: LoadedModel,
  compiled: () => CompiledAscent | Promise<CompiledAscent>,
  options: AscentOptions,
): Run {
  let settle: Settle = { resolve: () => undefined, reject: () => undefined };
  const ended = new Promise<AscentResult>((resolve, reject) => {
    settle = { resolve, reject };
  });
  ended.catch(() => undefined);
  const steps = takeSteps(model, compiled, options, settle);
  let isDriven = false;
  const result = () => {
    if (!isDriven) void drain(steps);
    isDriven = true;
    return ended;
  };
  return {
    get result() {
      return result();
    },
    // oxlint-disable-next-line unicorn/no-thenable -- a run is awaited for its result
    then: (onResult, onError) => result().then(onResult, onError),
    [Symbol.asyncIterator]() {
      if (isDriven) {
        throw new XstarError("bad-argument", "The steps of this run are being taken already", {
          hint: "Iterate first, and wait for the result afterwards",
        });
      }
      isDriven = true;
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

async function* takeSteps(
  model: LoadedModel,
  compile: () => CompiledAscent | Promise<CompiledAscent>,
  options: AscentOptions,
  { resolve, reject }: Settle,
): AsyncGenerator<Step, void> {
  const { resume, steer = false, signal, watch, models } = options;
  let history: History | undefined;
  let runner: StepRunner | undefined;
  let ended: AscentResult["ended"] = "aborted";
  let afterwards: Promise<typeof import("./warnings.js")> | undefined;
  try {
    const asked = await compile();
    const watched = Object.keys(watch ?? {});
    const compiled = resume ? await continued(resume, { ...asked, watched, isSteered: steer }) : asked;
    runner = new StepRunner(model, compiled, signal);
    history = resume
      ? new History(compiled, watched, { resume })
      : new History(compiled, watched, { begin: await runner.begin() });
    while (!history.ending && !(history.last && signal?.aborted)) {
      const step = runner.take(history.index, history.state, history.divergedAt);
      const taken = await (history.last ? unlessAborted(step, signal) : step);
      if (!taken) break;
      const now = history.add(taken);
      if (!now) {
        if (!history.last) throw new XstarError("diverged", "The target is not a finite number on the start picture");
        ended = "diverged";
        return;
      }
      // what the end needs is there when it comes: nobody who stops a run waits for a file
      afterwards ??= import("./warnings.js");
      afterwards.catch(() => undefined);
      yield now;
    }
    ended = history.ending ?? "aborted";
  } catch (error) {
    reject(error);
    throw error;
  } finally {
    const result = history?.result(ended);
    const modelOf = (name?: string) => (name === undefined ? model : models?.[name]?.model)?.source;
    const vocabulary = () => withDefinitions(options.vocabulary, options.definitions ?? []);
    if (result && runner) {
      const { accountOf, warningsOf } = await (afterwards ?? import("./warnings.js"));
      const { runtime, warning } = accountOf(model.runtime, runner.left);
      const warnings = warningsOf(result, vocabulary(), modelOf).map((row) => (warning ? [warning, ...row] : row));
      resolve({ ...result, record: { ...result.record, runtime }, warnings });
    } else reject(new XstarError("aborted", "The run was stopped before its first step"));
    const released = runner?.release();
    // what was stopped in the middle of a step closes when that is done
    if (signal?.aborted) released?.catch(() => undefined);
    else await released;
  }
}

/** A run that goes on from a checkpoint. Throws `bad-argument` where it is not the same. */
async function continued<T extends CompiledAscent & { watched: readonly string[]; isSteered: boolean }>(
  from: Checkpoint,
  run: T,
): Promise<T> {
  const { checkResumes, recordAfter } = await import("./same-run.js");
  checkResumes(from, { ...run, identity: run.identity() });
  return { ...run, record: recordAfter(from, run.record) };
}

/** What is worked for; undefined as soon as the signal is given. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return work;
  work.catch(() => undefined);
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
