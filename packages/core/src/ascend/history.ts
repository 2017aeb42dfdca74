import { influenceState, objectiveOutput, pictureOutput, slopeOutput, watchOutput } from "../compile/compile.js";
import type { Tensor } from "../tensor.js";
import { better, type Best } from "./best.js";
import type { AscentRecord, AscentResult, Checkpoint, Step } from "./options.js";
import { checkSameRun } from "./same-run.js";
import type { Taken } from "./step-runner.js";

/** What became of a run so far. */
export class History {
  last: Step | undefined;
  private readonly curve: Float32Array[] = [];
  private readonly watch: Readonly<Record<string, Float32Array[]>>;
  private redirected: readonly number[];
  private best: Best | undefined;

  /** Goes on from a checkpoint. Throws `bad-argument` when it is of another run. */
  constructor(
    private readonly record: AscentRecord,
    watched: readonly string[],
    resume?: Checkpoint,
  ) {
    this.redirected = resume?.redirected ?? record.objectives.map(() => 0);
    this.watch = Object.fromEntries(watched.map((name) => [name, [...(resume?.watch[name] ?? [])]]));
    if (!resume) return;
    checkSameRun({ ...resume.record, watch: Object.keys(resume.watch) }, { ...record, watch: watched });
    const { index, slope, picture } = resume;
    this.curve.push(...resume.curve);
    this.best = resume.best;
    this.last = {
      index,
      objective: resume.curve[index]!,
      slope,
      watch: mapValues(resume.watch, (values) => values[index]!),
      picture,
      checkpoint: () => resume,
    };
  }

  /** The step that comes next. */
  get index(): number {
    return this.curve.length;
  }

  /** Why the run is at its end; undefined while it is not. */
  get ending(): "steps" | "plateau" | undefined {
    if (!this.last || !this.best) return undefined;
    const { index } = this.last;
    if (index >= this.record.steps) return "steps";
    const { patience } = this.record;
    const hasSettled = patience !== null && this.best.steps.every((step) => index - step >= patience);
    return hasSettled ? "plateau" : undefined;
  }

  /** The step that was taken; undefined, and not kept, when it is not finite. */
  add({ results, next, redirected }: Taken): Step | undefined {
    const { record, index, curve } = this;
    const measured = {
      index,
      objective: floats(results[objectiveOutput]!),
      slope: floats(results[slopeOutput]!),
      watch: mapValues(this.watch, (_, name) => floats(results[watchOutput(name)]!)),
      picture: results[pictureOutput]!,
    };
    const { objective, slope, watch, picture } = measured;
    if (!objective.every(Number.isFinite) || !floats(picture).every(Number.isFinite)) return undefined;
    const best = better(this.best, curve, measured);
    const counts = this.redirected.map((count, k) => count + (redirected[k] ? 1 : 0));
    curve.push(objective);
    for (const [name, values] of Object.entries(watch)) this.watch[name]!.push(values);
    this.best = best;
    this.redirected = counts;
    const checkpoint = () => ({
      record,
      index,
      state: next,
      curve: curve.slice(0, index + 1),
      watch: mapValues(this.watch, (values) => values.slice(0, index + 1)),
      redirected: counts,
      slope,
      picture,
      best,
    });
    this.last = { ...measured, checkpoint };
    return this.last;
  }

  /** What the run gave when it ended like this; undefined before its first step. */
  result(ended: AscentResult["ended"]): Omit<AscentResult, "warnings"> | undefined {
    const { last, best, record, curve, watch, redirected } = this;
    if (!last || !best) return undefined;
    const kept = record.keep === "best" ? best : { picture: last.picture, steps: best.steps.map(() => last.index) };
    const influence = last.checkpoint().state[influenceState] ?? null;
    return { last, ...kept, influence, curve, watch, ended, redirected, record };
  }
}

const floats = (t: Tensor) => t.data as Float32Array;

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
