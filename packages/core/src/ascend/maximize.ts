import { objectiveOutput, pictureOutput, slopeOutput, watchOutput, type CompiledStep } from "../compile/compile.js";
import type { Tensors } from "../define/define.js";
import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import type { Session } from "../runtime.js";
import type { Tensor } from "../tensor.js";
import { BestPictures } from "./best.js";
import { compileAscent } from "./compile-ascent.js";
import type { AscentRecord, AscentResult, MaximizeOptions, Run, Step, Target } from "./options.js";
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
  const { resume, signal } = options;
  const curve: Float32Array[] = [...(resume?.curve ?? [])];
  const watch: Record<string, Float32Array[]> = {};
  for (const name of Object.keys(options.watch ?? {})) watch[name] = [...(resume?.watch[name] ?? [])];
  let redirected = resume?.redirected ?? 0;
  const best = new BestPictures(curve, resume?.best ?? null);
  let last: Step | undefined;
  let ended: AscentResult["ended"] = "aborted";
  let record: AscentRecord | undefined;
  let sessions: StepSessions | undefined;
  try {
    const compiled = await compileAscent(model, objective, options);
    record = compiled.record;
    const { step } = compiled;
    sessions = new StepSessions(model, { plain: () => step, redirected: compiled.redirected });
    const first = (resume?.index ?? -1) + 1;
    let state: Tensors = resume?.state ?? step.begin(compiled.start);
    let redirecting = redirected > 0 && first < record.redirect;
    for (let i = first; ; i++) {
      const feeds = { ...state, ...step.settings, ...step.sample(i) };
      if (redirecting && i >= record.redirect) redirecting = false;
      let results = await sessions.run(redirecting ? "redirected" : "plain", feeds);
      if (!redirecting && i < record.redirect && i < record.steps && floats(results[slopeOutput]!).includes(0)) {
        redirecting = true;
        results = await sessions.run("redirected", feeds);
      }
      if (redirecting) redirected++;
      const next = mapValues(step.next, (output) => results[output]!);
      const now: Step = {
        index: i,
        objective: floats(results[objectiveOutput]!),
        slope: floats(results[slopeOutput]!),
        watch: mapValues(watch, (_, name) => floats(results[watchOutput(name)]!)),
        picture: results[pictureOutput]!,
        checkpoint: () => ({
          index: i,
          state: next,
          curve: curve.slice(0, i + 1),
          watch: mapValues(watch, (values) => values.slice(0, i + 1)),
          redirected,
          best: record!.keep === "best" ? best.snapshot() : null,
        }),
      };
      if (!isFinite(now)) {
        if (!last) throw new XstarError("diverged", "The target is not a finite number on the start picture");
        ended = "diverged";
        break;
      }
      curve.push(now.objective);
      for (const [name, values] of Object.entries(now.watch)) watch[name]!.push(values);
      if (record.keep === "best") best.add(now);
      last = now;
      yield now;
      if (i >= record.steps) {
        ended = "steps";
        break;
      }
      if (record.patience !== null && hasSettled(curve, record.patience)) {
        ended = "plateau";
        break;
      }
      if (signal?.aborted) break;
      state = next;
    }
  } catch (error) {
    reject(error);
    throw error;
  } finally {
    await sessions?.release();
    if (last && record) {
      const kept = record.keep === "best" ? best.snapshot() : null;
      const picture = kept?.picture ?? last.picture;
      const steps = kept?.steps ?? Array.from(last.objective, () => last!.index);
      const facts = { last, picture, steps, curve, watch, ended, redirected, record };
      resolve({ ...facts, warnings: warningsOf(model, facts) });
    } else reject(new XstarError("aborted", "The run was stopped before its first step"));
  }
}

/** Sessions of the two forms of a step, each opened when it is first run. */
class StepSessions {
  private readonly open = new Map<"plain" | "redirected", Session>();

  constructor(
    private readonly model: LoadedModel,
    private readonly steps: Readonly<Record<"plain" | "redirected", () => CompiledStep>>,
  ) {}

  async run(form: "plain" | "redirected", feeds: Tensors): Promise<Tensors> {
    let session = this.open.get(form);
    if (!session) {
      const { bytes, files } = this.steps[form]();
      session = await this.model.runtime.open(bytes, { files });
      this.open.set(form, session);
    }
    return session.run(feeds);
  }

  async release(): Promise<void> {
    await Promise.all([...this.open.values()].map((session) => session.release()));
  }
}

/** Whether no objective has risen above its best in the last `patience` steps. */
function hasSettled(curve: readonly Float32Array[], patience: number): boolean {
  if (curve.length <= patience) return false;
  const best = (part: readonly Float32Array[], k: number) => Math.max(...part.map((values) => values[k]!));
  const before = curve.slice(0, -patience);
  const since = curve.slice(-patience);
  return Array.from(curve[0]!, (_, k) => k).every((k) => best(since, k) <= best(before, k));
}

const isFinite = ({ objective, picture }: Step) =>
  objective.every(Number.isFinite) && floats(picture).every(Number.isFinite);

const floats = (t: Tensor) => t.data as Float32Array;

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
