import {
  crossEntropy,
  gradient,
  logit,
  maximize,
  probability,
  type LoadedModel,
  type MaximizeOptions,
  type Spec,
  type Step,
} from "@xstar/core";

/** What one picture of a batch went through. */
export interface Ascent {
  readonly class: number;
  /** Name of the start: `ones`, `0.5`, `zeros` or `random`. */
  readonly start: string;
  /** Steps taken. */
  readonly steps: number;
  readonly converged: boolean;
  readonly startPicture: Float32Array;
  readonly picture: Float32Array;
  /** At every step, the start first. */
  readonly curves: { readonly logit: number[]; readonly loss: number[]; readonly confidence: number[] };
}

/** The article's rule: x <- x - 1.0 * dCE/dx, on a picture without bounds. */
export const articleOptimizer: Spec = gradient({ learningRate: 1 });

/** Converged: no pixel of any picture moves by more than this in a step. */
export const stillness = 1e-4;

interface AscentPlan {
  /** Class of each picture. */
  readonly classes: readonly number[];
  /** Start of each picture. */
  readonly starts: readonly string[];
  readonly steps: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Stop before `steps` when nothing moves any more. */
  readonly untilStill?: boolean;
  readonly onStep?: (step: Step) => void;
}

/** Climbs by the article's rule, all pictures in one session. */
export async function climb(model: LoadedModel, plan: AscentPlan): Promise<Ascent[]> {
  const run = maximize(model, objectivesOf(plan.classes), optionsOf(plan));
  let first: Step | undefined;
  let last: Step | undefined;
  const history: Step["watch"][] = [];
  const losses: Float32Array[] = [];
  let converged = false;
  for await (const step of run) {
    first ??= step;
    history.push(step.watch);
    losses.push(step.objective.map((value) => -value));
    plan.onStep?.(step);
    converged = plan.untilStill === true && last !== undefined && furthest(last, step) < stillness;
    last = step;
    if (converged) break;
  }
  if (plan.signal?.aborted) throw plan.signal.reason;
  const size = last!.picture.data.length / plan.classes.length;
  const pick = (step: Step, i: number) => (step.picture.data as Float32Array).slice(i * size, (i + 1) * size);
  return plan.classes.map((digit, i) => ({
    class: digit,
    start: plan.starts[i]!,
    steps: last!.index,
    converged,
    startPicture: pick(first!, i),
    picture: pick(last!, i),
    curves: {
      logit: history.map((watch) => watch.logit![i]!),
      loss: losses.map((loss) => loss[i]!),
      confidence: history.map((watch) => watch.confidence![i]!),
    },
  }));
}

export const objectivesOf = (classes: readonly number[]): Spec[] =>
  classes.map((digit) => crossEntropy({ class: digit }));

export function optionsOf({ classes, starts, steps, seed, signal }: AscentPlan): MaximizeOptions {
  return {
    start: starts,
    steps,
    seed,
    optimizer: articleOptimizer,
    watch: {
      logit: classes.map((digit) => logit({ class: digit })),
      confidence: classes.map((digit) => probability({ class: digit })),
    },
    ...(signal && { signal }),
  };
}

function furthest(a: Step, b: Step): number {
  const [before, after] = [a.picture.data as Float32Array, b.picture.data as Float32Array];
  let most = 0;
  for (let i = 0; i < before.length; i++) most = Math.max(most, Math.abs(after[i]! - before[i]!));
  return most;
}
