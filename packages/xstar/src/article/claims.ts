import type { LoadedModel } from "@xstar/core";
import { correlate, measureDistance } from "../analysis/correlation.js";
import { summarize } from "../analysis/describe.js";
import { findNearest } from "../analysis/nearest.js";
import type { Variability } from "../analysis/variability.js";
import type { ImageDataset } from "../data/dataset.js";
import { changeOf, climb, type Ascent } from "./ascent.js";

/** Mean and range of a measurement. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Fact 1: results do not look like the digit. Correlations are Pearson's, of pixels. */
export interface LikenessClaim {
  readonly holds: boolean;
  /** Synthetic pictures: the confidence of the network, and their likeness. */
  readonly synthetic: {
    readonly confidence: Spread;
    readonly classMean: Spread;
    readonly nearest: Spread;
    readonly changeWithClassMean: Spread;
  };
  /** Pictures of the test set. */
  readonly real: { readonly classMean: Spread; readonly nearest: Spread };
  readonly words: string;
}

/** Fact 2: the optimum depends on the start. Distances are Euclidean, in picture units over all pixels. */
export interface StartClaim {
  readonly holds: boolean;
  readonly starts: Spread;
  /** Correlation of a result with its own start. */
  readonly keptStart: Spread;
  readonly differentStarts: Comparison;
  readonly differentNetworks: Comparison;
  readonly words: string;
}

/** Pairs of results of one class, and of their changes (result - start), which do not hold the starts themselves. */
export interface Comparison {
  readonly distance: Spread;
  readonly correlation: Spread;
  readonly changeDistance: Spread;
  readonly changeCorrelation: Spread;
}

export interface Claims {
  readonly randomStarts: number;
  readonly networks: number;
  readonly steps: number;
  readonly notLikeTheDigit: LikenessClaim;
  readonly dependsOnStart: StartClaim;
}

interface ClaimPlan {
  /** Networks trained from different seeds. */
  readonly models: readonly LoadedModel[];
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  readonly variability: Variability;
  readonly randomStarts: number;
  readonly steps: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Measures the article's two facts over every class, several random starts and several trained networks. */
export async function measureClaims(plan: ClaimPlan): Promise<Claims> {
  const { models, randomStarts, steps, seed, signal, train } = plan;
  const classes = Array.from({ length: train.classes * randomStarts }, (_, i) => i % train.classes);
  const starts = classes.map(() => "random");
  const runs: Ascent[][] = [];
  for (const model of models) {
    runs.push(
      await climb(model, {
        classes,
        starts,
        steps,
        seed,
        signal,
        onStep: ({ index }) => plan.onProgress?.(runs.length * (steps + 1) + index, models.length * (steps + 1)),
      }),
    );
  }
  return {
    randomStarts,
    networks: models.length,
    steps,
    notLikeTheDigit: measureLikeness(runs[0]!, plan),
    dependsOnStart: measureStarts(runs),
  };
}

function measureLikeness(results: readonly Ascent[], { train, test, variability }: ClaimPlan): LikenessClaim {
  const pictures = results.map(({ picture }) => picture);
  const classes = results.map((result) => result.class);
  const real = firstOfEachClass(test, results.length / test.classes);
  const synthetic = {
    confidence: spread(results.map(({ curves }) => curves.confidence.at(-1)!)),
    ...likeness(pictures, classes, train, variability),
    changeWithClassMean: spread(
      results.map((result) => correlate(changeOf(result), variability.classes[result.class]!.mean)),
    ),
  };
  const genuine = likeness(real.pictures, real.classes, train, variability);
  const holds = synthetic.classMean.max < genuine.classMean.min && synthetic.nearest.max < genuine.nearest.min;
  const words =
    `The network gives the ${results.length} made pictures a mean confidence of ${synthetic.confidence.mean.toFixed(4)}, yet they correlate ` +
    `with the mean of their class by ${synthetic.classMean.mean.toFixed(2)} on average and with their nearest training picture by ` +
    `${synthetic.nearest.mean.toFixed(2)}; for ${real.classes.length} real test pictures it is ${genuine.classMean.mean.toFixed(2)} and ${genuine.nearest.mean.toFixed(2)}. ` +
    (holds
      ? "The likest made picture is less like its digit than the unlikest real one."
      : "The ranges overlap: some made pictures are as like their digit as some real ones.");
  return { holds, synthetic, real: genuine, words };
}

function likeness(
  pictures: readonly Float32Array[],
  classes: readonly number[],
  train: ImageDataset,
  { classes: means }: Variability,
) {
  return {
    classMean: spread(pictures.map((picture, i) => correlate(picture, means[classes[i]!]!.mean))),
    nearest: spread(findNearest(pictures, train).map(({ byCorrelation }) => byCorrelation?.correlation ?? null)),
  };
}

/** The first `count` pictures of each class, 0..1. */
function firstOfEachClass(data: ImageDataset, count: number): { pictures: Float32Array[]; classes: number[] } {
  const size = data.height * data.width;
  const pictures: Float32Array[] = [];
  const classes: number[] = [];
  const found = Array.from({ length: data.classes }, () => 0);
  for (let i = 0; i < data.count && pictures.length < count * data.classes; i++) {
    const digit = data.labels[i]!;
    if (found[digit]! >= count) continue;
    found[digit]!++;
    pictures.push(Float32Array.from(data.images.subarray(i * size, (i + 1) * size), (x) => x / 255));
    classes.push(digit);
  }
  return { pictures, classes };
}

function measureStarts(runs: readonly (readonly Ascent[])[]): StartClaim {
  const [first] = runs;
  const sameClass = pairs(first!.length).filter(([a, b]) => first![a]!.class === first![b]!.class);
  const acrossStarts = sameClass.map(([a, b]) => [first![a]!, first![b]!] as const);
  const acrossNetworks = pairs(runs.length).flatMap(([a, b]) =>
    runs[a]!.map((result, i) => [result, runs[b]![i]!] as const),
  );
  const compare = (list: readonly (readonly [Ascent, Ascent])[]): Comparison => ({
    distance: spread(list.map(([a, b]) => measureDistance(a.picture, b.picture))),
    correlation: spread(list.map(([a, b]) => correlate(a.picture, b.picture))),
    changeDistance: spread(list.map(([a, b]) => measureDistance(changeOf(a), changeOf(b)))),
    changeCorrelation: spread(list.map(([a, b]) => correlate(changeOf(a), changeOf(b)))),
  });
  const differentStarts = compare(acrossStarts);
  const differentNetworks = compare(acrossNetworks);
  const starts = spread(acrossStarts.map(([a, b]) => measureDistance(a.startPicture, b.startPicture)));
  const keptStart = spread(first!.map(({ picture, startPicture }) => correlate(picture, startPicture)));
  const everyPair = differentStarts.distance.min > differentNetworks.distance.max;
  const onAverage = differentStarts.distance.mean > differentNetworks.distance.mean;
  const words =
    `Two results for the same class from different random starts lie ${differentStarts.distance.mean.toFixed(1)} apart on average ` +
    `(correlation ${differentStarts.correlation.mean.toFixed(2)}; their starts ${starts.mean.toFixed(1)} apart). From the same start, networks trained ` +
    `with different seeds give results ${differentNetworks.distance.mean.toFixed(1)} apart (correlation ${differentNetworks.correlation.mean.toFixed(2)}). ` +
    (everyPair
      ? "In every pair the start matters more than the network. "
      : onAverage
        ? "On average the start matters more than the network, but not in every pair. "
        : "On average the network matters more than the start. ") +
    `Of the changes alone, those from different starts correlate by ${differentStarts.changeCorrelation.mean.toFixed(2)}, those of different networks ` +
    `by ${differentNetworks.changeCorrelation.mean.toFixed(2)}; a result correlates with its own start by ${keptStart.mean.toFixed(2)}.`;
  return { holds: onAverage, starts, keptStart, differentStarts, differentNetworks, words };
}

function pairs(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => a).flatMap((a) =>
    Array.from({ length: count - a - 1 }, (_, k): [number, number] => [a, a + 1 + k]),
  );
}

/** Leaves out pairs of which one picture is constant: they have no correlation. */
function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  const { count, mean, min, max } = summarize(known);
  return { count, mean, min, max };
}
