import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import { compileAscent } from "./compile-ascent.js";
import { History } from "./history.js";
import type { AscentResult, MaximizeOptions, Run, Step, Target } from "./options.js";
import { StepRunner } from "./step-runner.js";
import { warningsOf } from "./warnings.js";

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
  const { resume, signal, watch = {}, models = {} } = options;
  let history: History | undefined;
  let runner: StepRunner | undefined;
  let ended: AscentResult["ended"] = "aborted";
  try {
    const compiled = await compileAscent(model, objective, options);
    runner = new StepRunner(model, compiled);
    history = resume
      ? new History(compiled, Object.keys(watch), { resume })
      : new History(compiled, Object.keys(watch), { begin: await runner.begin() });
    while (!history.ending && !(history.last && signal?.aborted)) {
      const now = history.add(await runner.take(history.index, history.state, history.broke));
      if (!now) {
        if (!history.last) throw new XstarError("diverged", "The target is not a finite number on the start picture");
        ended = "diverged";
        return;
      }
      yield now;
    }
    ended = history.ending ?? "aborted";
  } catch (error) {
    reject(error);
    throw error;
  } finally {
    const result = history?.result(ended);
    const modelOf = (name?: string) => (name === undefined ? model : models[name]?.model)?.source;
    if (result) resolve({ ...result, warnings: warningsOf(result, modelOf) });
    else reject(new XstarError("aborted", "The run was stopped before its first step"));
    await runner?.release();
  }
}
