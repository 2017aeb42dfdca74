import type { Confusion } from "@xstar/results";
import type { Curves, Lately } from "./ascent.js";
import type { Claims } from "./claims.js";
import type { Confidence } from "./network.js";

/** Version of the layout of results.json; it changes when a field changes its meaning or goes. */
export const schemaVersion = 2;

/** What the article itself reports; null where it gives no figure. */
export const articleFigures = {
  accuracy: 0.984,
  confidenceOfOne: 0.99999,
  confidenceOfTwo: 0.9999,
  confidenceOfTwoWithoutBorder: 0.9989,
  mostVariable: 2,
} as const;

/** One picture that was maximized to. */
export interface PictureResult {
  readonly class: number;
  /** `ones`, `0.5`, `zeros` or `random`. */
  readonly start: string;
  readonly steps: number;
  /** Whether the network became as sure as `convergence` asks; false after the 10 steps, which ask nothing. */
  readonly converged: boolean;
  /** The first step at which it was. */
  readonly sureAt: number | null;
  readonly curves: Curves;
  readonly lately: Lately;
  /** The picture fed back through the saved model file. */
  readonly fedBack: Confidence;
  readonly range: readonly [number, number];
  /** Share of the pixels outside 0..1. */
  readonly outside: number;
  /** Of the change, result - start. */
  readonly change: { readonly l2: number; readonly largest: number; readonly words: string };
}

/** When a climb counts as converged. The gradient vanishes as the confidence nears 1, but nothing ever comes to rest. */
export interface Convergence {
  /** When the confidence, whose bound is 1, is at least this for every start. */
  readonly confidence: number;
  /** Where a climb ends that does not get there. */
  readonly mostSteps: number;
}

/** The same four starts, by the article's 10 steps or until they converge. */
export interface TableResult {
  readonly class: number;
  readonly pictures: readonly PictureResult[];
  /** Pearson correlations between the starts' results, and between their changes; null where one is constant. */
  readonly resultCorrelation: readonly (readonly (number | null)[])[];
  readonly changeCorrelation: readonly (readonly (number | null)[])[];
}

export interface BorderCurve {
  readonly class: number;
  readonly start: string;
  /** Confidence with a border of 0, 1, ... 13 pixels set to 0. */
  readonly confidence: readonly number[];
  readonly text: readonly string[];
}

/** The whole of results.json. `docs/article-results.md` describes every field. */
export interface ArticleResults {
  readonly schema: { readonly name: "xstar-article"; readonly version: number };
  readonly article: typeof articleFigures;
  readonly seed: number;
  readonly networks: readonly {
    /** Where it was read from; null for one that xstar trained. */
    readonly file: string | null;
    /** Of its training; null for one that was read from a file. */
    readonly seed: number | null;
    /** Threads that it was trained with; null for one that was read from a file. */
    readonly threads: number | null;
    readonly accuracy: number;
    readonly classAccuracy: readonly (number | null)[];
    readonly confusion: Confusion["matrix"];
    readonly trainingSeconds: number;
    readonly cached: boolean;
    readonly sha256: string;
  }[];
  readonly convergence: Convergence;
  /** Table 1 (class 1) and class 2, each by 10 steps and until converged. */
  readonly tables: { readonly tenSteps: readonly TableResult[]; readonly converged: readonly TableResult[] };
  readonly variability: {
    readonly sums: readonly number[];
    readonly mostVariable: number;
    /** Number of pixels that never vary, by class and over all. */
    readonly neverVarying: readonly number[];
    readonly neverVaryingAtAll: number;
  };
  /** Of the same pictures. */
  readonly border: { readonly tenSteps: readonly BorderCurve[]; readonly converged: readonly BorderCurve[] };
  readonly claims: Claims;
  /** `runtime` is what everything but the training ran on, with the threads of each session. */
  readonly environment: { readonly runtime: string; readonly node: string; readonly platform: string };
  /** Wall times in seconds. */
  readonly seconds: { readonly training: number; readonly ascent: number; readonly total: number };
}
