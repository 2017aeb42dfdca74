import { XstarError } from "@xstar/core";
import { countConfusions, type Confusion } from "../analysis/confusion.js";
import { loadDataset } from "../data/dataset.js";
import { readFileOrExplain } from "../files/read.js";
import { writeFileAtomic } from "../files/atomic.js";
import { nodeRuntime } from "../runtime.js";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "./checkpoint.js";
import { classify, writeNetwork } from "./evaluate.js";
import { train, type Progress } from "./loop.js";
import { recipeHash, type Recipe } from "./recipe.js";
import type { Weights } from "./network.js";

/** What is to be trained, on what, and where its state is kept. */
export interface TrainingJob {
  readonly recipe: Recipe;
  /** Folder of IDX files, or `mnist` for the packaged MNIST. */
  readonly data: string;
  readonly threads: number;
  /** Where to keep the state at the end of each epoch and when stopped, and where to go on from. */
  readonly checkpoint: string;
}

/** How far it is. */
export interface TrainingReport {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Of the test set, after the last whole epoch. */
  readonly tested: number | null;
}

/** What it ends with: the last network; the best so far by test accuracy when it was stopped. */
export interface TrainingOutcome {
  readonly model: Uint8Array;
  readonly confusion: Confusion;
  readonly steps: number;
  readonly finished: boolean;
  readonly seconds: number;
}

export interface TrainingControls {
  report(report: TrainingReport): void;
  /** Asked after every step: true ends the training. */
  isStopped(): boolean;
}

/** Trains by a job, and keeps a checkpoint. Throws `bad-data` and `file-not-readable` for data that cannot be used. */
export async function work(
  { recipe, data, threads, checkpoint }: TrainingJob,
  { report, isStopped }: TrainingControls,
): Promise<TrainingOutcome> {
  const runtime = nodeRuntime({ threads });
  const { train: training, test } = await loadDataset(data);
  const hash = recipeHash(recipe);
  const from = await resumable(checkpoint, hash);
  const began = performance.now();
  let kept: { model: Uint8Array; confusion: Confusion } | undefined;
  let tested: number | null = null;
  let last: Progress | undefined;
  let reported = 0;
  const measure = async (weights: Weights) => {
    const model = writeNetwork(weights, new Map([["xstar.recipe", JSON.stringify(recipe)]]));
    const confusion = countConfusions(await classify(runtime, model, test), test.labels, test.classes);
    tested = confusion.accuracy;
    if (!kept || !isStopped() || confusion.accuracy > kept.confusion.accuracy) kept = { model, confusion };
  };
  for await (const now of train(runtime, training, recipe, from)) {
    last = now;
    const perEpoch = now.steps / recipe.epochs;
    const epochEnds = now.step % perEpoch === 0;
    if (performance.now() - reported > 100 || epochEnds) {
      reported = performance.now();
      report({ step: now.step, steps: now.steps, loss: now.loss, accuracy: now.accuracy, tested });
    }
    const stopped = isStopped();
    if (epochEnds) await measure(now.weights());
    if ((epochEnds && now.step < now.steps) || stopped)
      await writeFileAtomic(checkpoint, encodeCheckpoint(now.checkpoint()));
    if (stopped) break;
  }
  if (!last && from)
    throw new XstarError("bad-data", `The checkpoint "${checkpoint}" has no step left`, {
      hint: "Delete it to begin again",
    });
  if (last && last.step % (last.steps / recipe.epochs) !== 0) await measure(last.weights());
  const seconds = (performance.now() - began) / 1000;
  return { ...kept!, steps: last!.step, finished: last!.step === last!.steps, seconds };
}

async function resumable(path: string, hash: string): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFileOrExplain(path);
  } catch {
    return undefined;
  }
  const checkpoint = decodeCheckpoint(bytes, path);
  return checkpoint.hash === hash ? checkpoint : undefined;
}
