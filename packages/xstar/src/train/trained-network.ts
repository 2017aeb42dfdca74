import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { adagrad, lookUp, optimizers, type Spec } from "@xstar/core";
import type { Confusion, ImageDataset } from "@xstar/results";
import { loadDataset, type IdxFolderOptions } from "../data/dataset.js";
import { writeFileAtomic } from "../files/atomic.js";
import { runInThread } from "../threads/open-thread.js";
import { recipeFields, recipeHash, type TrainingRecipe } from "./recipe.js";
import type { TrainingJob, TrainingOutcome, TrainingReport } from "./job.js";
import type { TrainingNews } from "./train-worker.js";

/** How the network is trained. */
export interface TrainingOptions {
  /** Folder of IDX files, or `mnist`. @default "mnist" */
  readonly data?: string;
  /** How the files of the folder are read: which set, from which label, whether by columns. */
  readonly files?: IdxFolderOptions;
  /** @default 0 */
  readonly seed?: number;
  /** @default 1 */
  readonly epochs?: number;
  /** @default 64 */
  readonly batch?: number;
  /** Its learning rate is the highest one. @default adagrad({ learningRate: 0.1 }), as in the article's program */
  readonly optimizer?: Spec;
  /** Threads of ONNX Runtime; another number gives another network, by a little. @default 1 */
  readonly threads?: number;
  /** Folder of trained networks and checkpoints. @default "out/cache" */
  readonly cache?: string;
  readonly onProgress?: (report: TrainingReport) => void;
  /** Takes sentences that a person should read: a damaged checkpoint was set aside. */
  readonly onWarning?: (sentence: string) => void;
  /** Stops after the step in progress; the best network so far is the result and a checkpoint is kept. */
  readonly signal?: AbortSignal;
}

/** A trained network, and how good it is. */
export interface TrainedNetwork {
  /** The network as an ONNX file. */
  readonly model: Uint8Array;
  readonly recipe: TrainingRecipe;
  readonly confusion: Confusion;
  /** Wall time of the training when it was trained, with that before it was stopped. */
  readonly seconds: number;
  readonly finished: boolean;
  /** Whether it came from the cache. */
  readonly cached: boolean;
}

/**
 * The article's network, trained by a recipe, or taken from the cache when that recipe was trained before.
 *
 * Works in a thread of its own. Throws `bad-argument` for options out of range, and `bad-data` or `file-not-readable` for
 * data sets that cannot be used.
 *
 * @example
 * const { model: bytes, confusion } = await trainNetwork({ epochs: 1 });
 * const model = await loadModel(bytes);
 */
export async function trainNetwork(options: TrainingOptions = {}): Promise<TrainedNetwork> {
  const { data = "mnist", files = {}, cache = join("out", "cache") } = options;
  const recipe = await recipeOf(options);
  const name = join(cache, `network-${recipeHash(recipe)}`);
  const known = await fromCache(name, recipe);
  if (known) return known;
  const job: TrainingJob = { recipe, data, files, checkpoint: `${name}.checkpoint` };
  const { model, confusion, seconds, finished } = await inWorker(job, options);
  if (finished) {
    await writeFileAtomic(`${name}.onnx`, model);
    await writeFileAtomic(
      `${name}.json`,
      JSON.stringify({ recipe, sha256: digestOf(model), confusion, seconds }, null, 1),
    );
    await rm(job.checkpoint, { force: true });
  }
  return { model, recipe, confusion, seconds, finished, cached: false };
}

async function recipeOf(options: TrainingOptions): Promise<TrainingRecipe> {
  const { data = "mnist", files = {}, optimizer: given = adagrad({ learningRate: 0.1 }) } = options;
  const seed = recipeFields.seed.parse(options.seed ?? 0, "seed");
  const epochs = recipeFields.epochs.parse(options.epochs ?? 1, "epochs");
  const batch = recipeFields.batch.parse(options.batch ?? 64, "batch");
  const threads = recipeFields.threads.parse(options.threads ?? 1, "threads");
  const optimizer = lookUp(optimizers, given, "optimizer")(given);
  const { train, test } = await loadDataset(data, files);
  const digests = { data: digestOf(...arraysOf(train)), test: digestOf(...arraysOf(test)) };
  return { ...digests, seed, epochs, batch, optimizer, warmup: 0.2, threads };
}

const arraysOf = ({ images, labels }: ImageDataset) => [images, labels];

function digestOf(...arrays: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex");
}

/** The network that was kept, unless its files are missing or damaged. */
async function fromCache(name: string, recipe: TrainingRecipe): Promise<TrainedNetwork | undefined> {
  try {
    const [model, text] = await Promise.all([readFile(`${name}.onnx`), readFile(`${name}.json`, "utf8")]);
    const { sha256, confusion, seconds } = JSON.parse(text) as {
      sha256: string;
      confusion: Confusion;
      seconds: number;
    };
    if (sha256 !== digestOf(model)) return undefined;
    return { model: new Uint8Array(model), recipe, confusion, seconds, finished: true, cached: true };
  } catch {
    return undefined;
  }
}

function inWorker(
  job: TrainingJob,
  { onProgress, onWarning, signal }: Pick<TrainingOptions, "onProgress" | "onWarning" | "signal">,
): Promise<TrainingOutcome> {
  const onReport = (news: TrainingNews) =>
    "progress" in news ? onProgress?.(news.progress) : onWarning?.(news.warning);
  return runInThread(new URL("./train-worker.js", import.meta.url), job, { onReport, signal });
}
