import { XstarError, type MaximizeOptions, type Spec } from "@xstar/core";
import { prepareFolder } from "../files/folder.js";
import type { ModelFile } from "../load.js";
import { previewOf, type Climber, type Glance, type Outcome } from "./climber.js";
import { startClimber } from "./climber-thread.js";
import { createJob, type ManyJob } from "./job.js";
import { factsOf } from "./facts.js";
import { describeAscent, openManifest, removeLeftovers, writeManifest, type Entry, type Manifest } from "./manifest.js";
import { planBatches } from "./plan-batches.js";
import { createSheet } from "./keep-sheet.js";
import { writePicture, type ManyFacts } from "./write-picture.js";

/** One of many targets. */
export interface ManyTarget {
  /** As a person writes it: `conv2:7`. */
  readonly name: string;
  /** What its files are called, without ending. */
  readonly slug: string;
  readonly objective: Spec;
}

export interface ManyOptions {
  /** Where the pictures, their records, `manifest.json`, `sheet.png` and `index.html` are kept. */
  readonly folder: string;
  /** Threads, each with one core. @default one for each core */
  readonly jobs?: number;
  /** Bytes that all threads together may take. @default half of what is free */
  readonly memory?: number;
  /** Targets that are climbed together, in a new folder. @default as many as make it faster */
  readonly batch?: number;
  /** Ends the work after the steps in progress; the pictures that are finished are kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (now: ManyProgress) => void;
  /** What the pictures carry of the files that they were made from. @default the model alone */
  readonly facts?: ManyFacts;
  /** Makes what climbs a batch. @default a thread */
  readonly start?: (job: ManyJob) => Climber;
}

/** How far it is. */
export interface ManyProgress {
  /** Steps taken and to take now, of all pictures together; of earlier runs none. */
  readonly steps: number;
  readonly ofSteps: number;
  /** Pictures that are there, those of earlier runs too, and pictures in all. */
  readonly finished: number;
  readonly targets: number;
  /** What was just seen of a target, or written. */
  readonly latest: { readonly target: string } & Pick<Glance, "activation" | "preview">;
}

export interface ManyResult {
  readonly manifest: Manifest;
  /** Pictures made by this run. */
  readonly made: number;
  /** Pictures that were there already. */
  readonly skipped: number;
}

/**
 * Makes a picture for each of many targets, in threads, and writes each as soon as it is finished. The same call goes on
 * where one before it was stopped, even by force, and ends with the same files.
 *
 * Throws `bad-argument` when the folder holds pictures of another ascent or the memory is too small, `aborted` when it was
 * stopped, and what `maximize` throws for the targets and options.
 */
export async function maximizeMany(
  model: ModelFile,
  targets: readonly ManyTarget[],
  ascent: MaximizeOptions,
  options: ManyOptions,
): Promise<ManyResult> {
  const { folder, jobs, memory, signal, onProgress, facts = factsOf(model, ascent), start = startClimber } = options;
  const job = createJob(model, ascent);
  const opened = await openManifest(
    folder,
    await describeAscent(job),
    targets.map(({ name }) => name),
  );
  const objectives = targets.map(({ objective }) => objective);
  const plan = await planBatches(model, objectives, ascent, { jobs, memory, batch: opened.batch ?? options.batch });
  await prepareFolder(folder);
  await removeLeftovers(folder);

  let manifest: Manifest = { ...opened, batch: plan.batch };
  await writeManifest(folder, manifest);
  const sheet = createSheet(folder, model.name, () => manifest.targets);
  const waiting = new Set(manifest.targets.flatMap(({ target, status }) => (status === "waiting" ? [target] : [])));
  const wanted = targets.filter(({ name }) => waiting.has(name));
  const batches = inChunks(targets, plan.batch)
    .map((chunk) => chunk.filter(({ name }) => waiting.has(name)))
    .filter((chunk) => chunk.length > 0);

  const stepsOfOne = ascent.steps ?? 64;
  let stepsDone = 0;
  const running = new Map<Climber, number>();
  const tell = (target: ManyTarget, { activation, preview }: Pick<Glance, "activation" | "preview">) =>
    onProgress?.({
      steps: stepsDone + [...running.values()].reduce((a, b) => a + b, 0),
      ofSteps: wanted.length * stepsOfOne,
      finished: manifest.targets.filter(({ status }) => status !== "waiting").length,
      targets: manifest.targets.length,
      latest: { target: target.name, activation, preview },
    });

  /** Pictures are written before the manifest says that they are there: who is killed between does them again. */
  const keep = async (batch: readonly ManyTarget[], outcomes: readonly Outcome[]): Promise<void> => {
    const entries = await Promise.all(batch.map((target, i) => writeOutcome(folder, target, outcomes[i]!, facts)));
    const known = new Map(entries.map((entry) => [entry.target, entry]));
    manifest = { ...manifest, targets: manifest.targets.map((entry) => known.get(entry.target) ?? entry) };
    await writeManifest(folder, manifest);
    sheet.touch();
  };

  let next = 0;
  let failure: unknown;
  let keeping: Promise<unknown> = Promise.resolve();
  const climbers = Array.from({ length: Math.min(plan.jobs, batches.length) }, () => start(job));
  const stopAll = () => climbers.forEach((climber) => climber.stop());
  signal?.addEventListener("abort", stopAll);
  const work = async (climber: Climber): Promise<void> => {
    for (let batch = batches[next++]; batch && !signal?.aborted && !failure; batch = batches[next++]) {
      const outcomes = await climber.climb(
        batch.map(({ objective }) => objective),
        (glance) => {
          running.set(climber, glance.steps);
          tell(batch[glance.at]!, glance);
        },
      );
      const members = batch;
      await (keeping = keeping.then(() => keep(members, outcomes)));
      running.delete(climber);
      stepsDone += batch.length * stepsOfOne;
      batch.forEach((target, i) => {
        const outcome = outcomes[i]!;
        if ("failure" in outcome) return;
        const { curve, step, picture } = outcome;
        tell(target, { activation: curve[step]!, preview: () => previewOf(picture) });
      });
    }
  };
  try {
    await Promise.all(
      climbers.map((climber) =>
        work(climber).catch((error: unknown) => {
          failure ??= error;
          stopAll();
        }),
      ),
    );
  } finally {
    signal?.removeEventListener("abort", stopAll);
    await Promise.all(climbers.map((climber) => climber.close()));
  }
  await sheet.finish();
  const left = manifest.targets.filter(({ status }) => status === "waiting").length;
  if (signal?.aborted && left > 0) {
    const all = manifest.targets.length;
    throw new XstarError("aborted", `Stopped with ${all - left} of ${all} pictures in "${folder}"`, {
      hint: "The same command goes on from there",
    });
  }
  if (failure) throw failure;
  return { manifest, made: wanted.length, skipped: targets.length - wanted.length };
}

async function writeOutcome(
  folder: string,
  { name, slug }: ManyTarget,
  outcome: Outcome,
  facts: ManyFacts,
): Promise<Entry> {
  if ("failure" in outcome) return { target: name, status: "failed", reason: outcome.failure };
  const files = await writePicture(folder, { target: name, slug, climbed: outcome }, facts);
  const { curve, step, seconds, warnings } = outcome;
  return {
    target: name,
    status: "done",
    ...files,
    activation: { start: curve[0]!, end: curve[step]! },
    steps: curve.length - 1,
    seconds: Math.round(1000 * seconds) / 1000,
    warnings,
  };
}

function inChunks<T>(items: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length));
}
