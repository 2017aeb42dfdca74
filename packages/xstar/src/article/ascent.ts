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
import { measureDistance } from "@xstar/results";

/** What one picture of a batch went through. */
export interface Ascent {
  readonly class: number;
  /** Name of the start: `ones`, `0.5`, `zeros` or `random`. */
  readonly start: string;
  /** Steps taken. */
  readonly steps: number;
  /** The first step at which the confidence was as near to 1 as the plan asks; null when none was, or nothing was asked. */
  readonly sureAt: number | null;
  readonly startPicture: Float32Array;
  readonly picture: Float32Array;
  readonly curves: Curves;
  readonly lately: Lately;
  /** The picture at each step of the curves; none where the plan keeps none. */
  readonly frames: readonly Float32Array[];
}

/** Measurements by step: at each of the first 20, then at steps that are evenly spaced by their logarithm, and at the end. */
export interface Curves {
  readonly step: readonly number[];
  readonly logit: readonly number[];
  /** Cross-entropy. */
  readonly loss: readonly number[];
  readonly confidence: readonly number[];
}

/** What the last half of the climb, or somewhat more, still changed. */
export interface Lately {
  /** The last power of two among the first half of the steps. */
  readonly fromStep: number;
  /** Loss at the end, as a share of that at `fromStep`. */
  readonly lossRatio: number;
  /** Euclidean length of what the picture changed since. */
  readonly moved: number;
}

/** The article's rule: x <- x - 1.0 * dCE/dx, on a picture without bounds. */
const articleOptimizer: Spec = gradient({ learningRate: 1 });

/** Result minus start. */
export const changeOf = ({ picture, startPicture }: Ascent): Float32Array =>
  picture.map((value, i) => value - startPicture[i]!);

/** Plain data, so that a thread can have it. */
export interface AscentPlan {
  /** Class of each picture. */
  readonly classes: readonly number[];
  /** Start of each picture. */
  readonly starts: readonly string[];
  /** Most steps. */
  readonly steps: number;
  readonly seed: number;
  /** Stop before `steps` when every picture has this confidence. */
  readonly until?: number;
  /** Whether the pictures on the way are kept. @default false */
  readonly keepsFrames?: boolean;
}

export type AscentProgress = Pick<Step, "index" | "watch">;

export interface AscentControls {
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((now: AscentProgress) => void) | undefined;
}

/** Climbs by the article's rule, all pictures in one session. */
export async function runPlan(
  model: LoadedModel,
  plan: AscentPlan,
  { signal, onStep }: AscentControls = {},
): Promise<Ascent[]> {
  const { classes, starts, steps: most, until = Number.POSITIVE_INFINITY, keepsFrames = false } = plan;
  const run = maximize(model, objectivesOf(classes), { ...optionsOf(plan), ...(signal && { signal }) });
  const history: Pick<Step, "watch" | "objective">[] = [];
  /** The start, and the pictures at the powers of two. */
  const landmarks = new Map<number, Float32Array>();
  /** The pictures at the steps that curves may be shown at. */
  const passed = new Map<number, Float32Array>();
  const shown = new Set(keepsFrames ? keptSteps(most) : []);
  const sureAt: (number | null)[] = classes.map(() => null);
  let last: Step | undefined;
  for await (const step of run) {
    const { index, watch, objective } = step;
    history.push({ watch, objective });
    if (isPowerOfTwo(index)) landmarks.set(index, step.picture.data as Float32Array);
    if (shown.has(index)) passed.set(index, step.picture.data as Float32Array);
    watch["confidence"]!.forEach((confidence, i) => {
      if (confidence >= until) sureAt[i] ??= index;
    });
    onStep?.({ index, watch });
    last = step;
    if (!sureAt.includes(null)) break;
  }
  if (signal?.aborted) throw signal.reason;
  const steps = last!.index;
  const size = last!.picture.data.length / classes.length;
  const pick = (pictures: ArrayLike<number>, i: number) => (pictures as Float32Array).slice(i * size, (i + 1) * size);
  const kept = keptSteps(steps);
  const fromStep = [...landmarks.keys()].findLast((step) => step <= steps / 2) ?? 0;
  return classes.map((digit, i) => {
    const picture = pick(last!.picture.data as Float32Array, i);
    const loss = (step: number) => -history[step]!.objective[i]!;
    const watched = (name: string) => kept.map((step) => history[step]!.watch[name]![i]!);
    return {
      class: digit,
      start: starts[i]!,
      steps,
      sureAt: sureAt[i]!,
      startPicture: pick(landmarks.get(0)!, i),
      picture,
      curves: { step: kept, logit: watched("logit"), loss: kept.map(loss), confidence: watched("confidence") },
      lately: {
        fromStep,
        lossRatio: loss(steps) / loss(fromStep),
        moved: measureDistance(picture, pick(landmarks.get(fromStep)!, i)),
      },
      frames: keepsFrames ? kept.map((step) => pick(passed.get(step) ?? (last!.picture.data as Float32Array), i)) : [],
    };
  });
}

/** 0 counts as one. */
const isPowerOfTwo = (index: number) => Number.isInteger(Math.log2(index)) || index === 0;

const firstSteps = 20;
const stepsPerDecade = 16;

/** The steps that curves of so many steps are shown at. */
function keptSteps(last: number): number[] {
  const later = Array.from({ length: Math.ceil(stepsPerDecade * Math.log10(Math.max(1, last / firstSteps))) }, (_, k) =>
    Math.round(firstSteps * 10 ** ((k + 1) / stepsPerDecade)),
  );
  const all = [...Array.from({ length: firstSteps + 1 }, (_, step) => step), ...later, last];
  return [...new Set(all.filter((step) => step <= last))].sort((a, b) => a - b);
}

export const objectivesOf = (classes: readonly number[]): Spec[] =>
  classes.map((digit) => crossEntropy({ class: digit }));

export function optionsOf({ classes, starts, steps, seed }: AscentPlan): MaximizeOptions {
  return {
    recipe: "none",
    start: starts,
    steps,
    seed,
    optimizer: articleOptimizer,
    redirectSteps: 0,
    watch: {
      logit: classes.map((digit) => logit({ class: digit })),
      confidence: classes.map((digit) => probability({ class: digit })),
    },
  };
}
