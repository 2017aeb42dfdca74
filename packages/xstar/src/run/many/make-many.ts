import { availableParallelism } from "node:os";
import { check, XstarError, type MaximizeOptions, type Tensor } from "@xstar/core";
import { sha256Of, type Manifest } from "@xstar/results";
import {
  inPool,
  createJob,
  describeAscent,
  inBatches,
  nameTokens,
  planBatches,
  previewOf,
  providerOf,
  type BatchRunner,
  type Glance,
  type ManyJob,
  type ModelFile,
  type ModelSource,
} from "@xstar/runs";
import { lockFolder } from "../../files/lock.js";
import { hashFile } from "../../record/file-reference.js";
import { loadDefinitions } from "../../load-definitions.js";
import { version } from "../../version.js";
import { batchRunnerOn } from "./batch-runner-here.js";
import { startBatchRunner } from "./batch-runner-thread.js";
import type { ComparedDataset } from "./compare-entry.js";
import { factsOf } from "./facts.js";
import { openManifest, waitingIfOfAnother } from "./manifest-file.js";
import { keepFolder, type ManyTarget } from "./kept-folder.js";
import type { ManyFacts } from "./write-picture.js";

/** Where the pictures go, and how the work is divided. */
export interface ManyOptions {
  /** Where the pictures, their records, `manifest.json`, `sheet.png` and `index.html` are kept. */
  readonly folder: string;
  /** Targets (or batches of them) at once, each in a thread of its own; on a device it is 1. @default one for each core */
  readonly jobs?: number;
  /** Bytes that all threads together may take. @default half of what is free */
  readonly memory?: number;
  /** Targets that are climbed together, in a new folder. @default as many as make it faster, on a device 1 */
  readonly batch?: number;
  /** Ends the work after the steps in progress; the pictures that are finished are kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (now: ManyProgress) => void;
  /** Threads of ONNX Runtime for each of them. @default 1, on a device those that the model was opened with */
  readonly threads?: number;
  /** Real pictures to compare with: percentiles and distances, also for pictures that are there already. */
  readonly dataset?: ComparedDataset;
  /** What the pictures carry of the files that they were made from. @default the model alone */
  readonly facts?: ManyFacts;
  /** Modules that export the definitions of your own that targets and options name, as in `loadDefinitions`. @default [] */
  readonly use?: readonly string[];
  /** Makes what climbs a batch. @default a thread; this one where the model is on a device */
  readonly openBatchRunner?: (job: ManyJob) => BatchRunner;
}

/** How far it is. */
export interface ManyProgress {
  /** Steps taken and to take now, of all pictures together; of earlier runs none. */
  readonly steps: number;
  readonly ofSteps: number;
  /** Targets that are done, those of earlier runs too, and targets in all. */
  readonly finished: number;
  readonly targets: number;
  /** What was just seen of a target. */
  readonly latest: { readonly target: string } & Pick<Glance, "activation" | "preview">;
}

/** What `maximizeMany` did. */
export interface ManyResult {
  readonly manifest: Manifest;
  /** Targets done by this run. */
  readonly made: number;
  /** Targets that were done already. */
  readonly skipped: number;
}

/**
 * What `maximizeMany` and the command line share: makes a picture for each of many targets, in threads or on a device, and writes each as soon as
 * it is finished. The same call goes on where one before it was stopped, even by force, and ends with the same files.
 *
 * Throws `bad-argument` when the folder holds pictures of another ascent or the memory is too small, `aborted` when it was
 * stopped, `file-not-writable` when another run is writing there, and what `maximize` throws for the targets and options.
 */
export async function makeMany(
  model: ModelFile,
  given: readonly ManyTarget[],
  settings: MaximizeOptions,
  options: ManyOptions,
): Promise<ManyResult> {
  check(Array.isArray(given), "targets", "a list of targets", given);
  check(typeof options?.folder === "string", "folder", "where the pictures are kept", options?.folder);
  const lock = await lockFolder(options.folder);
  try {
    return await makeInto(model, given, settings, options);
  } finally {
    await lock.release();
  }
}

/** In a folder that nobody else writes. */
async function makeInto(
  model: ModelFile,
  given: readonly ManyTarget[],
  settings: MaximizeOptions,
  options: ManyOptions,
): Promise<ManyResult> {
  const targets = [...new Map(given.map((target) => [target.name, target])).values()];
  const device = model.runtime.host && providerOf(model.runtime.name);
  const {
    folder,
    threads = device === undefined ? 1 : model.runtime.threads,
    memory,
    signal,
    onProgress,
    dataset,
    use = [],
    openBatchRunner = device === undefined
      ? startBatchRunner
      : (job) => batchRunnerOn(model.runtime, job, model.precision),
  } = options;
  const jobs = jobsOn(device, options.jobs);
  const ascent = { ...settings, definitions: [...(settings.definitions ?? []), ...(await loadDefinitions(use))] };
  const facts = options.facts ?? (await factsOf(model, ascent, { threads, use }));
  const job = createJob(model, ascent, { threads, use });
  const named = targets.map(({ name: target, slug, objective }) => ({ target, slug, objective }));
  const { scale } = facts;
  const own = {
    ...(device !== undefined && { device }),
    ...(model.precision && { precision: model.precision }),
    ...(await describeAscent(job, digestOf)),
    ...(scale !== undefined && { scale }),
  };
  const opened = await openManifest(folder, { xstar: version, ascent: own, targets: named });
  const objectives = targets.map(({ objective }) => objective);
  const plan = await planBatches(model, objectives, ascent, {
    cores: availableParallelism(),
    free: process.availableMemory(),
    jobs,
    threads,
    memory,
    // a device rounds otherwise in a batch, and each picture is to be made again alone
    batch: opened.batch ?? options.batch ?? (device === undefined ? undefined : 1),
  });
  const { xstar, ascent: described, images } = opened;
  const entries = await waitingIfOfAnother(folder, opened.targets, plan.record);
  const manifest = { xstar, ascent: described, batch: plan.batch, targets: entries, ...(images && { images }) };
  const kept = await keepFolder(folder, manifest, targets, {
    title: model.name,
    facts,
    tokensOf: ({ picture, record }) =>
      nameTokens(model, { picture: { ...picture, shape: [1, ...picture.shape] } as Tensor<"float32">, record })?.[0],
    labels: settings.labels ?? model.labels,
    dataset,
  });

  const waiting = new Set(entries.filter(({ status }) => status === "waiting").map(({ target }) => target));
  const wanted = targets.filter(({ name }) => waiting.has(name));
  // the batches of all targets, so that who goes on has those of who did it at once
  const batches = inBatches(targets, plan.batch)
    .map((batch) => batch.filter(({ name }) => waiting.has(name)))
    .filter((batch) => batch.length > 0);

  const stepsOfOne = plan.record.steps;
  let stepsDone = 0;
  let finished = targets.length - wanted.length;
  const running = new Map<BatchRunner, number>();
  const tell = ({ name: target }: ManyTarget, { activation, preview }: Pick<Glance, "activation" | "preview">) =>
    onProgress?.({
      steps: stepsDone + [...running.values()].reduce((a, b) => a + b, 0),
      ofSteps: wanted.length * stepsOfOne,
      finished,
      targets: targets.length,
      latest: { target, activation, preview },
    });
  const runBatch = async (runner: BatchRunner, batch: readonly ManyTarget[], stop: AbortSignal) => {
    const outcomes = await runner.run(
      batch.map(({ objective, measured }) => ({ objective, ...(measured && { measured }) })),
      (glance) => {
        running.set(runner, glance.steps);
        tell(batch[glance.at]!, glance);
      },
      stop,
    );
    await kept.keep(batch, outcomes);
    running.delete(runner);
    stepsDone += batch.length * stepsOfOne;
    finished += batch.length;
    for (const [i, outcome] of outcomes.entries()) {
      if ("failure" in outcome) continue;
      const { curve, step, picture } = outcome;
      tell(batch[i]!, { activation: curve[step]!, preview: () => previewOf(picture) });
    }
  };

  const runners = Array.from({ length: Math.min(plan.jobs, batches.length) }, () => openBatchRunner(job));
  try {
    await inPool(runners, batches, runBatch, signal);
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "aborted") throw error;
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
    await kept.finish();
  }
  if (finished < targets.length) {
    throw new XstarError("aborted", `Stopped with ${finished} of ${targets.length} pictures in "${folder}"`, {
      hint: "The same command goes on from there",
    });
  }
  return { manifest: kept.manifest, made: wanted.length, skipped: targets.length - wanted.length };
}

/** A device does one thing after the other. */
function jobsOn(device: string | undefined, jobs: number | undefined): number | undefined {
  if (device === undefined) return jobs;
  if (jobs === undefined || jobs === 1) return 1;
  throw new XstarError("bad-argument", `Many targets on a device are made one batch after the other: jobs is ${jobs}`, {
    hint: `Leave it out, or make them on the processor (what runs them is ${device})`,
  });
}

const digestOf = async (model: ModelSource) => (typeof model === "string" ? hashFile(model) : sha256Of(model));
