import type { Runtime } from "@xstar/core";
import {
  correlate,
  correlateUnits,
  measureDistance,
  standardize,
  summarize,
  type ImageDataset,
  type Variability,
} from "@xstar/results";
import { changeOf, type Ascent, type AscentPlan } from "./ascent.js";
import { likenessOf, type Likeness } from "./likeness.js";

/** Mean and range of a measurement. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** One made picture, measured. */
export interface MadeResult extends Likeness {
  /** Which of the networks it was made for, from 0. */
  readonly network: number;
  readonly class: number;
  /** Which of the random starts of its class, from 0: the same picture for every network. */
  readonly start: number;
  /** Of the network, at the last step. */
  readonly confidence: number;
  /** Pearson's correlation of its change with the mean of its class, and of itself with its own start. */
  readonly changeWithClassMean: number | null;
  readonly ownStart: number | null;
}

/** One picture of the test set, measured. */
export interface RealResult extends Likeness {
  readonly class: number;
  /** Where it stands in the test set. */
  readonly index: number;
}

/** Fact 1: results do not look like the digit. Correlations are Pearson's, of pixels. */
export interface LikenessClaim {
  readonly holds: boolean;
  /** Made pictures: the confidence of the network, and their likeness. */
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
  /** Every made picture: for each network, for each start, for each class. */
  readonly results: readonly MadeResult[];
  /** The test pictures that they are compared with. */
  readonly real: readonly RealResult[];
}

/** The made pictures of one network: for each start, for each class. */
export interface MadeSet {
  /** Which of the networks, from 0. */
  readonly network: number;
  readonly ascents: readonly Ascent[];
}

/** What is maximized on each network: every class from several random starts, the same for all networks. */
export function factsPlan(numbers: {
  readonly classes: number;
  readonly randomStarts: number;
  readonly steps: number;
  readonly seed: number;
}): AscentPlan {
  const { randomStarts, steps, seed } = numbers;
  const classes = Array.from({ length: numbers.classes * randomStarts }, (_, i) => i % numbers.classes);
  return { classes, starts: classes.map(() => "random"), steps, seed };
}

interface Made {
  /** What was maximized to by `factsPlan` on networks trained from different seeds. */
  readonly made: readonly MadeSet[];
  readonly randomStarts: number;
  readonly steps: number;
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  readonly variability: Variability;
  readonly runtime: Runtime;
}

/** Measures the article's two facts over every class, several random starts and several trained networks. */
export async function measureClaims(given: Made): Promise<Claims> {
  const { made, randomStarts, steps, train, test, variability, runtime } = given;
  const ascents = made.flatMap((set) => set.ascents);
  const genuine = firstOfEachClass(test, randomStarts);
  const likeness = await likenessOf([...ascents, ...genuine], train, variability, runtime);
  const results = made.flatMap(({ network, ascents: own }, n) =>
    own.map((ascent, i): MadeResult => ({
      network,
      class: ascent.class,
      start: Math.floor(i / train.classes),
      confidence: ascent.curves.confidence.at(-1)!,
      ...likeness[n * own.length + i]!,
      changeWithClassMean: correlate(changeOf(ascent), variability.classes[ascent.class]!.mean),
      ownStart: correlate(ascent.picture, ascent.startPicture),
    })),
  );
  const real = genuine.map(({ class: digit, index }, i) => ({
    class: digit,
    index,
    ...likeness[ascents.length + i]!,
  }));
  const counts = { randomStarts, networks: made.length, steps };
  return {
    ...counts,
    notLikeTheDigit: judgeLikeness(results, real, counts),
    dependsOnStart: judgeStarts(made, results),
    results,
    real,
  };
}

function judgeLikeness(
  results: readonly MadeResult[],
  real: readonly RealResult[],
  { randomStarts, networks, steps }: Pick<Claims, "randomStarts" | "networks" | "steps">,
): LikenessClaim {
  const synthetic = {
    confidence: spread(results.map(({ confidence }) => confidence)),
    ...spreadOfLikeness(results),
    changeWithClassMean: spread(results.map(({ changeWithClassMean }) => changeWithClassMean)),
  };
  const genuine = spreadOfLikeness(real);
  const sameDigit = results.filter((one) => one.nearest?.label === one.class).length;
  const holds = synthetic.classMean.max < genuine.classMean.min && synthetic.nearest.max < genuine.nearest.min;
  const words =
    `Over ${randomStarts} random starts for each digit and ${networks} trained networks, ${steps} steps each, the networks give the ` +
    `${results.length} made pictures a mean confidence of ${synthetic.confidence.mean.toFixed(4)} (at least ${synthetic.confidence.min.toFixed(4)}). Yet they ` +
    `correlate with the mean of their class by ${synthetic.classMean.mean.toFixed(2)} on average (at most ${synthetic.classMean.max.toFixed(2)}) and with their ` +
    `nearest training picture by ${synthetic.nearest.mean.toFixed(2)} (at most ${synthetic.nearest.max.toFixed(2)}), which is of the same digit for ${sameDigit} of them; ${real.length} real test pictures do by ` +
    `${genuine.classMean.mean.toFixed(2)} (at least ${genuine.classMean.min.toFixed(2)}) and ${genuine.nearest.mean.toFixed(2)} (at least ${genuine.nearest.min.toFixed(2)}). ` +
    (holds
      ? "The likest made picture is less like its digit than the unlikest real one, by both measures."
      : "The ranges overlap: some made pictures are as like their digit as some real ones.");
  return { holds, synthetic, real: genuine, words };
}

/** Class means and nearest pictures of some results. */
export function spreadOfLikeness(results: readonly Likeness[]): { classMean: Spread; nearest: Spread } {
  return {
    classMean: spread(results.map(({ classMean }) => classMean)),
    nearest: spread(results.map(({ nearest }) => nearest?.correlation ?? null)),
  };
}

/** The first `count` pictures of each class, 0..1. */
function firstOfEachClass(data: ImageDataset, count: number) {
  const size = data.height * data.width;
  const pictures: { picture: Float32Array; class: number; index: number }[] = [];
  const found = Array.from({ length: data.classes }, () => 0);
  for (let index = 0; index < data.count && pictures.length < count * data.classes; index++) {
    const digit = data.labels[index]!;
    if (found[digit]! >= count) continue;
    found[digit]!++;
    const picture = Float32Array.from(data.images.subarray(index * size, (index + 1) * size), (x) => x / 255);
    pictures.push({ picture, class: digit, index });
  }
  return pictures;
}

function judgeStarts(made: readonly MadeSet[], results: readonly MadeResult[]): StartClaim {
  const sets = made.map(({ ascents }) => ascents.map(forPairs));
  const acrossStarts = sets.flatMap((set) => pairs(set).filter(([a, b]) => a.class === b.class));
  const acrossNetworks = pairs(sets).flatMap(([a, b]) => a.map((result, i) => [result, b[i]!] as const));
  const compare = (list: readonly (readonly [Comparable, Comparable])[]): Comparison => ({
    distance: spread(list.map(([a, b]) => measureDistance(a.picture, b.picture))),
    correlation: spread(list.map(([a, b]) => correlateUnits(a.pictureUnit, b.pictureUnit))),
    changeDistance: spread(list.map(([a, b]) => measureDistance(a.change, b.change))),
    changeCorrelation: spread(list.map(([a, b]) => correlateUnits(a.changeUnit, b.changeUnit))),
  });
  const differentStarts = compare(acrossStarts);
  const differentNetworks = compare(acrossNetworks);
  const starts = spread(acrossStarts.map(([a, b]) => measureDistance(a.startPicture, b.startPicture)));
  const keptStart = spread(results.map(({ ownStart }) => ownStart));
  const everyPair = differentStarts.distance.min > differentNetworks.distance.max;
  const onAverage = differentStarts.distance.mean > differentNetworks.distance.mean;
  const words =
    `Two results of one network for the same digit from different random starts lie ${differentStarts.distance.mean.toFixed(1)} apart on average ` +
    `(${differentStarts.distance.count} pairs on ${made.length} networks; correlation ${differentStarts.correlation.mean.toFixed(2)}; their starts ${starts.mean.toFixed(1)} apart). ` +
    `From the same start, networks trained with different seeds give results ${differentNetworks.distance.mean.toFixed(1)} apart ` +
    `(${differentNetworks.distance.count} pairs; correlation ${differentNetworks.correlation.mean.toFixed(2)}). ` +
    (everyPair
      ? "In every pair the start matters more than the network. "
      : onAverage
        ? "On average the start matters more than the network, but not in every pair. "
        : "On average the network matters more than the start. ") +
    `Of the changes alone, those from different starts correlate by ${differentStarts.changeCorrelation.mean.toFixed(2)}, those of different networks ` +
    `by ${differentNetworks.changeCorrelation.mean.toFixed(2)}; a result correlates with its own start by ${keptStart.mean.toFixed(2)}.`;
  return { holds: onAverage, starts, keptStart, differentStarts, differentNetworks, words };
}

/** A result with what every pair that it is in needs of it. */
type Comparable = ReturnType<typeof forPairs>;

function forPairs(ascent: Ascent) {
  const change = changeOf(ascent);
  return { ...ascent, change, changeUnit: standardize(change), pictureUnit: standardize(ascent.picture) };
}

function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

/** Leaves out pairs of which one picture is constant: they have no correlation. */
export function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  const { count, mean, min, max } = summarize(known);
  return { count, mean, min, max };
}
