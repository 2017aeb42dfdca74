import { besideIn } from "../compile/beside.js";
import {
  objectiveOutput,
  pictureOutput,
  networkGradientNormOutput,
  gradientNormOutput,
  watchOutput,
} from "../compile/step.js";
import { attributionState } from "../compile/update.js";
import type { Tensors } from "../define/definition.js";
import { mapValues } from "../map-values.js";
import type { Tensor } from "../tensor.js";
import { asleep } from "./asleep.js";
import { better } from "./best.js";
import type { CompiledAscent } from "./compile-ascent.js";
import type { AscentRecord, AscentResult, Best, Checkpoint, Step } from "./result.js";
import { finiteRows, withNumbers, withRows, withRowsOfAll } from "./rows.js";
import type { Taken } from "./step-runner.js";

/** What became of a run so far. */
export class History {
  last: Step | undefined;
  /** What the next step begins with: finite, whatever became of a picture. */
  state: Tensors;
  /** Of each picture, the step at which it divergedAt: it stays as it was before. */
  divergedAt: readonly (number | null)[];
  private readonly record: AscentRecord;
  private readonly curve: Float32Array[] = [];
  private readonly watch: Readonly<Record<string, Float32Array[]>>;
  private redirected: readonly number[];
  private best: Best | undefined;

  /** Begins at a state, or goes on from a checkpoint of the same run. */
  constructor(
    private readonly compiled: CompiledAscent,
    watched: readonly string[],
    from: { readonly begin: Tensors; readonly resume?: undefined } | { readonly resume: Checkpoint },
  ) {
    const { record } = compiled;
    const { resume } = from;
    this.record = record;
    this.state = resume ? resume.state : from.begin;
    this.divergedAt = resume?.divergedAt ?? record.objectives.map(() => null);
    this.redirected = resume?.redirected ?? record.objectives.map(() => 0);
    this.watch = Object.fromEntries(watched.map((name) => [name, [...(resume?.watch[name] ?? [])]]));
    if (!resume) return;
    const { index, gradientNorm, networkGradientNorm, picture, inputs } = resume;
    this.curve.push(...resume.curve);
    this.last = {
      index,
      objective: resume.curve[index]!,
      gradientNorm,
      networkGradientNorm,
      watch: mapValues(resume.watch, (values) => values[index]!),
      picture,
      inputs,
      checkpoint: () => (record.steered ? { ...resume, record } : resume),
    };
    // what is best for another aim begins anew
    const isSteered = record.steered?.some(({ after, before }) => after === index && before.objectives);
    const options = { smooth: compiled.step.isTransformed, frozen: [] };
    this.best = isSteered ? better(undefined, this.last, options) : resume.best;
  }

  /** The step that comes next. */
  get index(): number {
    return this.curve.length;
  }

  /** Why the run is at its end; undefined while it is not. */
  get ending(): "steps" | "plateau" | "diverged" | undefined {
    const { last, best, divergedAt, record } = this;
    if (!last || !best) return undefined;
    if (last.index >= record.steps) return "steps";
    if (divergedAt.every((at) => at !== null)) return "diverged";
    const { patience } = record;
    const isSettled = (step: number, k: number) => divergedAt[k] !== null || last.index - step >= patience!;
    return patience !== null && best.steps.every(isSettled) ? "plateau" : undefined;
  }

  /** The step that was taken, broken pictures as they were before; undefined, and not kept, when none is finite. */
  add({ results, next }: Taken): Step | undefined {
    const { record, index, curve, last, compiled } = this;
    const batch = record.objectives.length;
    const found = this.measured(results);
    const isMeasured = finiteRows([results[objectiveOutput]!, found.picture], batch);
    const hasNext = finiteRows(
      [results[gradientNormOutput]!, results[networkGradientNormOutput]!, ...Object.values(next)],
      batch,
    );
    const frozen = this.divergedAt.map((at, k) => at !== null || !isMeasured[k]);
    const divergedAt = this.divergedAt.map((at, k) => at ?? (!isMeasured[k] ? index : hasNext[k] ? null : index + 1));
    const slept = last ? asleep(last.networkGradientNorm, last.index, record.redirectSteps) : [];
    const redirected = this.redirected.map((count, k) => count + (slept[k] && this.divergedAt[k] === null ? 1 : 0));
    this.divergedAt = divergedAt;
    if (!frozen.includes(false)) return undefined;
    const now = last ? frozenFrom(found, last, frozen) : found;
    const state = withRowsOfAll(
      this.state,
      next,
      divergedAt.map((at) => at === null),
    );
    const best = better(this.best, now, { smooth: compiled.step.isTransformed, frozen });
    curve.push(now.objective);
    for (const [name, values] of Object.entries(now.watch)) this.watch[name]!.push(values);
    Object.assign(this, { state, best, redirected });
    const { gradientNorm, networkGradientNorm, picture, inputs } = now;
    const checkpoint = () => ({
      record,
      // reads all weights: only who keeps it needs it
      get identity() {
        return compiled.identity();
      },
      index,
      state,
      curve: curve.slice(0, index + 1),
      watch: mapValues(this.watch, (values) => values.slice(0, index + 1)),
      divergedAt,
      redirected,
      gradientNorm,
      networkGradientNorm,
      picture,
      inputs,
      best,
    });
    this.last = { ...now, checkpoint };
    return this.last;
  }

  /** What the run gave when it ended like this; undefined before its first step. */
  result(ended: AscentResult["ended"]): Omit<AscentResult, "warnings"> | undefined {
    const { last, best, record, curve, watch, redirected } = this;
    if (!last || !best) return undefined;
    // a step that was not to be taken broke nothing
    const divergedAt = this.divergedAt.map((at) => (at !== null && at <= record.steps ? at : null));
    const lastSteps = divergedAt.map((at) => (at === null ? last.index : Math.max(at - 1, 0)));
    const kept =
      record.keep === "best"
        ? { picture: best.picture, inputs: best.inputs, steps: best.steps }
        : { picture: last.picture, inputs: last.inputs, steps: lastSteps };
    const attribution = (this.state[attributionState] as Tensor<"float32"> | undefined) ?? null;
    const { asked } = this.compiled;
    return { asked, last, ...kept, attribution, curve, watch, ended, divergedAt, redirected, record };
  }

  private measured(results: Tensors): Measured {
    return {
      index: this.index,
      objective: floats(results[objectiveOutput]!),
      gradientNorm: floats(results[gradientNormOutput]!),
      networkGradientNorm: floats(results[networkGradientNormOutput]!),
      watch: mapValues(this.watch, (_, name) => floats(results[watchOutput(name)]!)),
      picture: results[pictureOutput] as Tensor<"float32">,
      // a step is measured on what it began with
      inputs: besideIn(this.state),
    };
  }
}

type Measured = Omit<Step, "checkpoint">;

const floats = (t: Tensor) => t.data as Float32Array;

/** A step of which some pictures stay as they were in the one before. */
function frozenFrom(now: Measured, before: Measured, frozen: readonly boolean[]): Measured {
  if (!frozen.includes(true)) return now;
  const numbers = (name: "objective" | "gradientNorm" | "networkGradientNorm") =>
    withNumbers(now[name], before[name], frozen);
  return {
    index: now.index,
    objective: numbers("objective"),
    gradientNorm: numbers("gradientNorm"),
    networkGradientNorm: numbers("networkGradientNorm"),
    watch: mapValues(now.watch, (values, name) => withNumbers(values, before.watch[name]!, frozen)),
    picture: withRows(now.picture, before.picture, frozen),
    inputs: mapValues(now.inputs, (held, name) => withRows(held, before.inputs[name]!, frozen)),
  };
}
