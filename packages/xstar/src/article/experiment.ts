import { exportAscent, openModel, type LoadedModel, type Runtime } from "@xstar/core";
import { measureVariability, sha256Of, type Variability } from "@xstar/results";
import { loadMnist, type SplitDataset } from "../data/dataset.js";
import { nodeRuntime } from "../runtime.js";
import { side } from "../train/network.js";
import { objectivesOf, optionsOf, type Ascent } from "./ascent.js";
import { factsPlan, measureClaims, type MadeSet } from "./claims.js";
import { maximizeAll, type RunPlan } from "./maximize-all.js";
import { inTurn } from "./in-turn.js";
import { readNetwork } from "./given-network.js";
import { asTrained, openNetwork, type ArticleNetwork } from "./network.js";
import { articleFigures, schemaVersion, type ArticleResults, type Convergence, type TableResult } from "./results.js";
import {
  articleSteps,
  tenStepAscents,
  describeTable,
  fourStarts,
  measureBorder,
  plansUntilSure,
  type Both,
} from "./tables.js";
import { trainAll } from "./train-all.js";

const randomStarts = 10;
const [firstSeed, ...otherSeeds] = [0, 1, 2];
/** Of the first network, which has the machine for itself: as `xstar train` does by default. */
const firstThreads = 2;

export type Stage = "first" | "others" | "ascent" | "claims";

export interface ArticleOptions {
  /** Seed of the random starts. @default 1 */
  readonly seed?: number;
  /** Folder of trained networks. */
  readonly cache?: string;
  /** A network of 28x28 digits in the place of the first one that is trained: a file of any format. */
  readonly network?: string;
  /** Climb on until the network is so sure of every start, and call that converged. @default 0.9999 */
  readonly confidence?: number;
  /** Most steps of that: the doubt falls about as 1 / steps. @default 1 / (1 - confidence) */
  readonly mostSteps?: number;
  /** Steps of the climbs that the two facts are measured on. @default 30 */
  readonly claimSteps?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: Stage, done: number, total: number, facts?: string) => void;
  readonly onWarning?: (sentence: string) => void;
  /** Takes what there is before the other networks are trained. */
  readonly onFirstResult?: (first: FirstResult) => void | Promise<void>;
}

/** Ten steps for class 1 and class 2 on the first network. */
export interface FirstResult {
  readonly network: ArticleNetwork;
  readonly ascents: readonly Ascent[][];
  readonly tables: readonly TableResult[];
}

/** The figures of the article, and the pictures behind them. */
export interface ArticleRun {
  readonly results: ArticleResults;
  /** Class 1 and class 2 from the four starts. */
  readonly ascents: Both<readonly Ascent[][]>;
  /** What the two facts are measured on, network by network. */
  readonly made: readonly MadeSet[];
  readonly variability: Variability;
  readonly model: Uint8Array;
  /** Ten steps for class 1 from the four starts as an ONNX file of its own. */
  readonly ascentFile: Uint8Array;
}

/** Does what the article does, on real MNIST: trains, climbs, measures. */
export async function runArticle(options: ArticleOptions = {}): Promise<ArticleRun> {
  const { cache, network: given, signal, onProgress, onWarning, onFirstResult } = options;
  const began = performance.now();
  const train = async (stage: Stage, seeds: readonly number[], threads: number) => {
    const networks = await trainAll({
      seeds,
      threads,
      cache,
      signal,
      onWarning,
      onProgress: (done, total, facts) => onProgress?.(stage, done, total, facts),
    });
    return networks.map(asTrained);
  };
  const mnist = await loadMnist();
  const network =
    given === undefined ? (await train("first", [firstSeed!], firstThreads))[0]! : await readNetwork(given, mnist.test);
  let training = performance.now() - began;
  await onFirstResult?.(await measureFirst(network, options));
  const again = performance.now();
  const others = await train("others", otherSeeds, 1);
  training += performance.now() - again;
  return measureArticle([network, ...others], mnist, { ...options, began, training });
}

async function measureFirst(network: ArticleNetwork, { seed = 1, signal }: ArticleOptions): Promise<FirstResult> {
  const runtime = nodeRuntime({ threads: 1 });
  const ascents = await tenStepAscents(openModel(network.model, { runtime }), seed, signal);
  const tables = await withNetwork(runtime, network, ({ ask }) => inTurn(ascents, (one) => describeTable(one, ask)));
  return { network, ascents, tables };
}

/** Everything after the training; the first network is the one that is maximized. */
export async function measureArticle(
  networks: readonly ArticleNetwork[],
  mnist: SplitDataset,
  options: ArticleOptions & { readonly began?: number; readonly training?: number; readonly run?: RunPlan },
): Promise<ArticleRun> {
  const { seed = 1, claimSteps: steps = 30, run, signal, onProgress } = options;
  const { began = performance.now(), training = 0 } = options;
  const measuring = performance.now();
  const runtime = nodeRuntime({ threads: 1 });
  const [network] = networks;
  const model = openModel(network!.model, { runtime });
  const variability = measureVariability(mnist.train);
  const convergence = convergenceOf(options);
  const facts = factsPlan({ classes: mnist.train.classes, randomStarts, steps, seed });
  const tenSteps = await tenStepAscents(model, seed, signal);
  // the longest first
  const jobs = [
    ...plansUntilSure(seed, convergence).map((plan) => ({ model: network!.model, plan })),
    ...networks.map((one) => ({ model: one.model, plan: facts })),
  ];
  const maximized = await maximizeAll(jobs, {
    run,
    signal,
    onProgress: (done, total) => onProgress?.("ascent", done, total),
  });
  const ascents = { tenSteps, converged: maximized.slice(0, tenSteps.length) };
  const made = networks.map((_, n) => ({ network: n, ascents: maximized[tenSteps.length + n]! }));
  onProgress?.("claims", 0, 1);
  const claims = await measureClaims({ made, ...mnist, variability, randomStarts, steps, runtime });
  onProgress?.("claims", 1, 1);

  const measured = await withNetwork(runtime, network!, async ({ ask }) => {
    const describe = (tables: readonly Ascent[][]) => inTurn(tables, (one) => describeTable(one, ask));
    const cut = (tables: readonly Ascent[][]) => inTurn(tables.flat(), (one) => measureBorder(one, ask));
    return {
      tables: { tenSteps: await describe(ascents.tenSteps), converged: await describe(ascents.converged) },
      border: { tenSteps: await cut(ascents.tenSteps), converged: await cut(ascents.converged) },
    };
  });
  const now = performance.now();
  const results: ArticleResults = {
    schema: { name: "xstar-article", version: schemaVersion },
    article: articleFigures,
    seed,
    networks: networks.map(({ file, seed: trainedFrom, threads, confusion, seconds, cached, model: bytes }) => ({
      file,
      seed: trainedFrom,
      threads,
      accuracy: confusion.accuracy,
      classAccuracy: confusion.classAccuracy,
      confusion: confusion.matrix,
      trainingSeconds: seconds,
      cached,
      sha256: sha256Of(bytes),
    })),
    convergence,
    tables: measured.tables,
    variability: {
      sums: variability.classes.map((statistics) => statistics.variability),
      mostVariable: variability.mostVariable,
      neverVarying: variability.classes.map(({ constant }) => count(constant)),
      neverVaryingAtAll: count(variability.all.constant),
    },
    border: measured.border,
    claims,
    environment: { runtime: runtime.name, node: process.version, platform: `${process.platform} ${process.arch}` },
    seconds: { training: training / 1000, ascent: (now - measuring) / 1000, total: (now - began) / 1000 },
  };
  return { results, ascents, made, variability, model: network!.model, ascentFile: await exportTenSteps(model, seed) };
}

const convergenceOf = ({ confidence = 0.9999, mostSteps }: ArticleOptions): Convergence => ({
  confidence,
  mostSteps: mostSteps ?? Math.round(1 / (1 - confidence)),
});

async function withNetwork<T>(
  runtime: Runtime,
  { model }: ArticleNetwork,
  work: (network: Awaited<ReturnType<typeof openNetwork>>) => Promise<T>,
): Promise<T> {
  const network = await openNetwork(runtime, model, side);
  try {
    return await work(network);
  } finally {
    await network.close();
  }
}

function exportTenSteps(model: LoadedModel, seed: number): Promise<Uint8Array> {
  const plan = fourStarts(1);
  return exportAscent(model, objectivesOf(plan.classes), optionsOf({ ...plan, steps: articleSteps, seed }));
}

const count = (flags: ArrayLike<number>) => Array.from(flags).reduce((sum, flag) => sum + flag, 0);
