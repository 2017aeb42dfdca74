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
  readonly curves: Curves;
}

/** Measurements by step: at each of the first, later at evenly spaced ones, at the start and at the end. */
export interface Curves {
  readonly step: readonly number[];
  readonly logit: readonly number[];
  /** Cross-entropy. */
  readonly loss: readonly number[];
  readonly confidence: readonly number[];
}

/** Curves have about this many points. */
const curvePoints = 60;

/** The article's rule: x <- x - 1.0 * dCE/dx, on a picture without bounds. */
const articleOptimizer: Spec = gradient({ learningRate: 1 });

/** Converged: no pixel of any picture moves by more than this in a step. */
const stillness = 2e-4;

/** Result minus start. */
export const changeOf = ({ picture, startPicture }: Ascent): Float32Array =>
  picture.map((value, i) => value - startPicture[i]!);

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
  const stride = Math.ceil(last!.index / curvePoints);
  const kept = history.flatMap((_, step) => (step <= 20 || step % stride === 0 || step === last!.index ? [step] : []));
  const pick = (step: Step, i: number) => (step.picture.data as Float32Array).slice(i * size, (i + 1) * size);
  return plan.classes.map((digit, i) => ({
    class: digit,
    start: plan.starts[i]!,
    steps: last!.index,
    converged,
    startPicture: pick(first!, i),
    picture: pick(last!, i),
    curves: {
      step: kept,
      logit: kept.map((step) => history[step]!.logit![i]!),
      loss: kept.map((step) => losses[step]![i]!),
      confidence: kept.map((step) => history[step]!.confidence![i]!),
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
    redirect: 0,
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
