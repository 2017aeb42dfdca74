import { createHash } from "node:crypto";
import { compileAscent, openModel, type LoadedModel } from "@xstar/core";
import { zeroBorder } from "../analysis/border.js";
import { correlationMatrix, measureDistance } from "../analysis/correlation.js";
import { measureVariability, type Variability } from "../analysis/variability.js";
import { loadMnist, type SplitDataset } from "../data/dataset.js";
import { describeChange } from "../report/describe-change.js";
import { nodeRuntime } from "../runtime.js";
import type { TrainingReport } from "../train/job.js";
import { trainNetwork, type TrainedNetwork } from "../train/trained-network.js";
import { changeOf, climb, objectivesOf, optionsOf, type Ascent } from "./ascent.js";
import { measureClaims } from "./claims.js";
import { openNetwork, type AskNetwork } from "./network.js";
import { articleFigures, schemaVersion, type ArticleResults, type BorderCurve, type TableResult } from "./results.js";

const starts = ["ones", "0.5", "zeros", "random"] as const;
export const side = 28;
const articleClasses = [1, 2];
const articleSteps = 10;
const randomStarts = 10;
const trainingSeeds = [0, 1, 2];
const widestBorder = 13;

export interface ArticleOptions {
  /** Seed of the random starts. @default 1 */
  readonly seed?: number;
  /** Folder of trained networks. */
  readonly cache?: string;
  /** Most steps until nothing moves. @default 1000 */
  readonly convergedSteps?: number;
  /** Steps of the climbs that the two facts are measured on. @default 30 */
  readonly claimSteps?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: "training" | "ascent" | "claims", done: number, total: number, facts?: string) => void;
}

/** The figures of the article, and the pictures behind them. */
export interface ArticleRun {
  readonly results: ArticleResults;
  /** Class 1 and class 2 from the four starts. */
  readonly ascents: { readonly tenSteps: readonly Ascent[][]; readonly converged: readonly Ascent[][] };
  readonly variability: Variability;
  readonly model: Uint8Array;
  /** Ten steps for class 1 from the four starts as an ONNX file of its own. */
  readonly ascentFile: Uint8Array;
}

/** Does what the article does, on real MNIST: trains, climbs, measures. */
export async function runArticle(options: ArticleOptions = {}): Promise<ArticleRun> {
  const began = performance.now();
  const networks = await trainAll(options);
  return measureArticle(networks, await loadMnist(), { ...options, began });
}

/** Everything after the training; the first network is the one that is climbed. */
export async function measureArticle(
  networks: readonly TrainedNetwork[],
  mnist: SplitDataset,
  options: ArticleOptions & { readonly began?: number },
): Promise<ArticleRun> {
  const { seed = 1, convergedSteps = 1000, claimSteps = 30, signal, onProgress, began = performance.now() } = options;
  const trained = performance.now();
  const runtime = nodeRuntime({ threads: 1 });
  const model = openModel(networks[0]!.model, { runtime });
  const variability = measureVariability(mnist.train);

  const tables = { tenSteps: [] as Ascent[][], converged: [] as Ascent[][] };
  for (const [i, digit] of articleClasses.entries()) {
    const plan = { classes: starts.map(() => digit), starts, seed, signal };
    onProgress?.("ascent", i, articleClasses.length);
    tables.tenSteps.push(await climb(model, { ...plan, steps: articleSteps }));
    tables.converged.push(await climb(model, { ...plan, steps: convergedSteps, untilStill: true }));
  }
  onProgress?.("ascent", articleClasses.length, articleClasses.length);
  const claims = await measureClaims({
    models: networks.map(({ model: bytes }) => openModel(bytes, { runtime: nodeRuntime() })),
    ...mnist,
    variability,
    randomStarts,
    steps: claimSteps,
    seed,
    signal,
    onProgress: (done, total) => onProgress?.("claims", done, total),
  });
  onProgress?.("claims", 1, 1);

  const saved = await openNetwork(runtime, networks[0]!.model, side);
  try {
    const describe = (ascents: readonly Ascent[]) => describeTable(ascents, saved.ask);
    const results: ArticleResults = {
      schema: { name: "xstar-article", version: schemaVersion },
      article: articleFigures,
      seed,
      networks: networks.map(({ confusion, seconds, cached, recipe, model: bytes }) => ({
        seed: recipe.seed,
        accuracy: confusion.accuracy,
        classAccuracy: confusion.classAccuracy,
        confusion: confusion.matrix,
        trainingSeconds: seconds,
        cached,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      })),
      tables: {
        tenSteps: await inTurn(tables.tenSteps, describe),
        converged: await inTurn(tables.converged, describe),
      },
      variability: {
        sums: variability.classes.map((statistics) => statistics.variability),
        mostVariable: variability.mostVariable,
        neverVarying: variability.classes.map(({ constant }) => count(constant)),
        neverVaryingAtAll: count(variability.all.constant),
      },
      border: await inTurn(tables.tenSteps.flat(), (ascent) => measureBorder(ascent, saved.ask)),
      claims,
      environment: { runtime: runtime.name, node: process.version, platform: `${process.platform} ${process.arch}` },
      seconds: {
        training: (trained - began) / 1000,
        ascent: (performance.now() - trained) / 1000,
        total: (performance.now() - began) / 1000,
      },
    };
    const ascentFile = await exportAscent(model, seed);
    return { results, ascents: tables, variability, model: networks[0]!.model, ascentFile };
  } finally {
    await saved.close();
  }
}

/** The networks of all seeds, side by side, one thread each. */
function trainAll({ cache, signal, onProgress }: ArticleOptions): Promise<TrainedNetwork[]> {
  const reports = new Map<number, TrainingReport>();
  const report = () => {
    const list = [...reports.values()];
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const loss = mean(list.map((one) => one.loss)).toFixed(3);
    const accuracy = (100 * mean(list.map((one) => one.accuracy))).toFixed(1);
    const done = list.reduce((sum, { step }) => sum + step, 0);
    onProgress?.("training", done, trainingSeeds.length * list[0]!.steps, `loss ${loss} · accuracy ${accuracy} %`);
  };
  return Promise.all(
    trainingSeeds.map(async (seed) => {
      const network = await trainNetwork({
        seed,
        ...(cache !== undefined && { cache }),
        ...(signal && { signal }),
        onProgress(now) {
          reports.set(seed, now);
          report();
        },
      });
      signal?.throwIfAborted();
      return network;
    }),
  );
}

async function describeTable(ascents: readonly Ascent[], ask: AskNetwork): Promise<TableResult> {
  const fedBack = await ask(
    ascents.map(({ picture }) => picture),
    ascents.map((ascent) => ascent.class),
  );
  const changes = ascents.map(changeOf);
  return {
    class: ascents[0]!.class,
    pictures: ascents.map((ascent, i) => ({
      class: ascent.class,
      start: ascent.start,
      steps: ascent.steps,
      converged: ascent.converged,
      curves: ascent.curves,
      fedBack: fedBack[i]!,
      range: [ascent.picture.reduce((a, b) => Math.min(a, b)), ascent.picture.reduce((a, b) => Math.max(a, b))],
      outside: count(ascent.picture.map((value) => Number(value < 0 || value > 1))) / ascent.picture.length,
      change: {
        l2: measureDistance(ascent.picture, ascent.startPicture),
        largest: changes[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
        words: describeChange(changes[i]!, side, side),
      },
    })),
    resultCorrelation: correlationMatrix(ascents.map(({ picture }) => picture)),
    changeCorrelation: correlationMatrix(changes),
  };
}

async function measureBorder(ascent: Ascent, ask: AskNetwork): Promise<BorderCurve> {
  const widths = Array.from({ length: widestBorder + 1 }, (_, width) => width);
  const pictures = widths.map((width) => zeroBorder(ascent.picture, side, side, width));
  const answers = await ask(
    pictures,
    widths.map(() => ascent.class),
  );
  return {
    class: ascent.class,
    start: ascent.start,
    confidence: answers.map(({ confidence }) => confidence),
    text: answers.map(({ text }) => text),
  };
}

async function exportAscent(model: LoadedModel, seed: number): Promise<Uint8Array> {
  const classes = starts.map(() => 1);
  const { step } = await compileAscent(
    model,
    objectivesOf(classes),
    optionsOf({ classes, starts, steps: articleSteps, seed }),
  );
  return step.standalone();
}

const count = (flags: ArrayLike<number>) => Array.from(flags).reduce((sum, flag) => sum + flag, 0);

async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
