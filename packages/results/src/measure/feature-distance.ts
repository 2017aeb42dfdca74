import { measureDistance } from "./correlation.js";

type Features = ArrayLike<number>;

/** How far apart two pictures are in a space of features. */
export interface Distances {
  /** 1 minus the cosine of the angle between them, from 0 to 2; undefined where one of them is all zeros. */
  readonly cosine: number | undefined;
  readonly euclidean: number;
}

/** The one of a set that is nearest by each measure; of equals the first. */
export interface NearestExamples {
  readonly cosine: { readonly index: number; readonly distance: number } | undefined;
  readonly euclidean: { readonly index: number; readonly distance: number };
}

/** How far apart two lists of features of one length are. Throws `bad-argument` for lists of different lengths. */
export function featureDistance(a: Features, b: Features): Distances {
  const euclidean = measureDistance(a, b);
  const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
  if (lengthA === 0 || lengthB === 0) return { cosine: undefined, euclidean };
  let product = 0;
  for (let i = 0; i < a.length; i++) product += (a[i]! / lengthA) * (b[i]! / lengthB);
  return { cosine: Math.min(2, Math.max(0, 1 - product)), euclidean };
}

/** The nearest of a set; undefined when it is empty. Throws as `featureDistance` does. */
export function findNearestFeatures(query: Features, set: readonly Features[]): NearestExamples | undefined {
  let [cosine, euclidean]: [NearestExamples["cosine"], NearestExamples["euclidean"] | undefined] = [
    undefined,
    undefined,
  ];
  for (const [index, features] of set.entries()) {
    const found = featureDistance(query, features);
    if (found.cosine !== undefined && !(found.cosine >= (cosine?.distance ?? Infinity)))
      cosine = { index, distance: found.cosine };
    if (!(found.euclidean >= (euclidean?.distance ?? Infinity))) euclidean = { index, distance: found.euclidean };
  }
  return euclidean && { cosine, euclidean };
}

/**
 * How different the members of a set are: the mean distance of all pairs. Undefined for fewer than two; the cosine is
 * that of the pairs that have one. Throws as `featureDistance` does.
 */
export function meanPairDistance(set: readonly Features[]): Distances | undefined {
  const pairs = set.flatMap((a, i) => set.slice(i + 1).map((b) => featureDistance(a, b)));
  if (pairs.length === 0) return undefined;
  const cosines = pairs.flatMap(({ cosine }) => cosine ?? []);
  return {
    cosine: cosines.length === 0 ? undefined : mean(cosines),
    euclidean: mean(pairs.map(({ euclidean }) => euclidean)),
  };
}

function lengthOf(x: Features): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! ** 2;
  return Math.sqrt(sum);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
