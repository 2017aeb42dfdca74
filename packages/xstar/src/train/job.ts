import { rename } from "node:fs/promises";
import { XstarError } from "@xstar/core";
import { countConfusions } from "@xstar/results";
import { loadDataset, type IdxFolderOptions } from "../data/dataset.js";
import { readFileOrExplain } from "../files/read.js";
import { explainSystemError } from "../files/system-error.js";
import { writeFileAtomic } from "../files/atomic.js";
import { nodeRuntime } from "../runtime.js";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type TestedNetwork } from "./checkpoint.js";
import { classify, writeNetwork } from "./evaluate.js";
import { doubtsAbout } from "./doubts.js";
import { train, type Progress } from "./loop.js";
import { recipeHash, type TrainingRecipe } from "./recipe.js";
import type { Weights } from "./network.js";

/** What is to be trained, on what, and where its state is kept. */
export interface TrainingJob {
  readonly recipe: TrainingRecipe;
  /** Folder of IDX files, or `mnist` for the packaged MNIST. */
  readonly data: string;
  /** How the files of the folder are read. */
  readonly files?: IdxFolderOptions;
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
export interface TrainingOutcome extends TestedNetwork {
  readonly steps: number;
  readonly finished: boolean;
  /** Of the runs before the checkpoint too. */
  readonly seconds: number;
}

export interface TrainingControls {
  report(report: TrainingReport): void;
  /** Takes a sentence that a person should read. */
  warn(sentence: string): void;
  /** Asked after every step: true ends the training. */
  isStopped(): boolean;
}

/** Trains by a job, and keeps a checkpoint. Throws `bad-data` and `file-not-readable` for data that cannot be used. */
export async function work(
  { recipe, data, files = {}, checkpoint }: TrainingJob,
  { report, warn, isStopped }: TrainingControls,
): Promise<TrainingOutcome> {
  const runtime = nodeRuntime({ threads: recipe.threads });
  const { train: training, test } = await loadDataset(data, files);
  for (const doubt of doubtsAbout({ train: training, test })) warn(doubt);
  const from = await resumable(checkpoint, recipeHash(recipe), warn);
  const began = performance.now();
  const seconds = () => (from?.seconds ?? 0) + (performance.now() - began) / 1000;
  let best = from?.best ?? null;
  let tested: number | null = null;
  let reported = 0;
  const measure = async (weights: Weights): Promise<TestedNetwork> => {
    const model = writeNetwork(weights, new Map([["xstar.recipe", JSON.stringify(recipe)]]));
    const confusion = countConfusions(await classify(runtime, model, test), test.labels, test.classes);
    const measured = { model, confusion };
    if (!best || confusion.accuracy >= best.confusion.accuracy) best = measured;
    return measured;
  };
  const keep = (now: Progress) =>
    writeFileAtomic(checkpoint, encodeCheckpoint({ ...now.position(), seconds: seconds(), best }));

  for await (const now of train(runtime, training, recipe, from)) {
    const { step, steps, loss, accuracy } = now;
    const epochEnds = step % (steps / recipe.epochs) === 0;
    if (performance.now() - reported > 100 || epochEnds) {
      reported = performance.now();
      report({ step, steps, loss, accuracy, tested });
    }
    const stopped = isStopped();
    if (step === steps) return { ...(await measure(now.weights())), steps: step, finished: true, seconds: seconds() };
    // a test takes a while: what a second Ctrl-C could lose is written before it
    if (stopped) await keep(now);
    if (!stopped && !epochEnds) continue;
    const measured = await measure(now.weights());
    if (epochEnds) tested = measured.confusion.accuracy;
    if (!stopped || best === measured) await keep(now);
    if (stopped) return { ...best!, steps: step, finished: false, seconds: seconds() };
  }
  throw new XstarError("bad-data", `The checkpoint "${checkpoint}" has no step left`, {
    hint: "Delete it to begin again",
  });
}

/** The checkpoint of a recipe; one that is damaged is set aside. Throws `file-not-writable` when it cannot be. */
async function resumable(path: string, hash: string, warn: TrainingControls["warn"]): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFileOrExplain(path);
  } catch {
    return undefined;
  }
  try {
    const checkpoint = decodeCheckpoint(bytes, path);
    return checkpoint.hash === hash ? checkpoint : undefined;
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "bad-data") throw error;
    const aside = `${path}.damaged`;
    await rename(path, aside).catch((cause) => Promise.reject(explainSystemError("file-not-writable", aside, cause)));
    warn(`${error.message}: it is now "${aside}", and the training begins again`);
    return undefined;
  }
}
