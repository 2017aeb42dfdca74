import {
  keepSessions,
  maximize,
  XstarError,
  type AnyDefinition,
  type AscentResult,
  type LoadedModel,
  type MaximizeOptions,
  type Runtime,
  type Spec,
  type Tensor,
} from "@xstar/core";
import { pictureOf, shrinkPlanes, type Planes } from "@xstar/results";
import type { JobModel, ManyJob, ModelSource } from "./job.js";
import { measureOutcomes } from "./measure-outcomes.js";
import type { Maximized, Glance, Goal, Outcome } from "./outcome.js";

/** Maximizes batches of targets of one job, one batch after the other. */
export interface BatchRunner {
  /**
   * One outcome for each goal, the same whatever else is in the batch. The signal ends it after the step in progress: then it
   * throws `aborted`.
   */
  run(goals: readonly Goal[], report: (now: Glance) => void, signal?: AbortSignal): Promise<readonly Outcome[]>;
  /** Frees what it holds; nothing can be maximized any more. */
  close(): Promise<void>;
}

/** What opens models and runs them. */
export interface Machine {
  runtime(threads: number): Runtime;
  loadModel(from: ModelSource, runtime: Runtime): Promise<LoadedModel>;
  /** The definitions that modules export. */
  loadDefinitions(modules: readonly string[]): Promise<readonly AnyDefinition[]>;
}

/** A runner in this thread. Throws what `loadModel` throws. */
export async function openBatchRunner(
  { model: from, options, models, generators, threads, use, streams = [0] }: ManyJob,
  machine: Machine,
): Promise<BatchRunner> {
  const own = machine.runtime(threads);
  const runtime = keepSessions(own);
  const load = async (all: Readonly<Record<string, JobModel>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(all).map(
          async ([name, { model, ...rest }]) =>
            [name, { ...rest, model: await machine.loadModel(model, runtime) }] as const,
        ),
      ),
    );
  const model = await machine.loadModel(from, runtime);
  const all: MaximizeOptions = {
    ...options,
    definitions: await machine.loadDefinitions(use),
    models: await load(models),
    generators: await load(generators),
    streams,
  };
  // what it opens is of one batch only, and run once: a device would take longer to make it ready
  const judge = { ...model, runtime: own.host ?? own };
  return {
    run: async (goals, report, signal) => {
      const outcomes = await runBatch(
        model,
        goals.map(({ objective }) => objective),
        { ...all, ...(signal && { signal }) },
        report,
      );
      const targets = goals.map(({ objective, measured = objective }) => measured);
      return measureOutcomes(judge, targets, outcomes, all);
    },
    close: () => runtime.release(),
  };
}

async function runBatch(
  model: LoadedModel,
  objectives: readonly Spec<"objective">[],
  options: MaximizeOptions,
  report: (now: Glance) => void,
): Promise<readonly Outcome[]> {
  const began = performance.now();
  const run = maximize(model, objectives, options);
  try {
    for await (const step of run) {
      const steps = step.index * objectives.length;
      report({ steps, at: 0, activation: step.objective[0]!, preview: () => previewOf(pictureOf(step.picture, 0)) });
    }
    const result = await run.result;
    if (result.ended === "aborted") throw new XstarError("aborted", "Stopped");
    const seconds = (performance.now() - began) / 1000 / objectives.length;
    return objectives.map((_, i) =>
      result.divergedAt[i] === 0 ? { failure: result.warnings[i]![0]! } : { ...outcomeOf(result, i), seconds },
    );
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "diverged") throw error;
    return objectives.map(() => ({ failure: error.message }));
  }
}

/** A picture that broke has its own end, wherever the others went. */
function outcomeOf(result: AscentResult, i: number): Omit<Maximized, "seconds"> {
  const { curve, watch, steps, ended, divergedAt, redirected, warnings, record, attribution } = result;
  const end = divergedAt[i] ?? curve.length;
  const column = (values: readonly Float32Array[]) => Float32Array.from(values.slice(0, end), (batch) => batch[i]!);
  return {
    picture: pictureOf(result.picture, i),
    inputs: Object.fromEntries(Object.entries(result.inputs).map(([name, all]) => [name, pictureOf(all, i)])),
    ...(attribution && { attribution: pictureOf(attribution, i) }),
    step: steps[i]!,
    curve: column(curve),
    watch: Object.fromEntries(Object.entries(watch).map(([name, values]) => [name, column(values)])),
    ended: divergedAt[i] === null ? ended : "diverged",
    redirected: redirected[i]!,
    warnings: warnings[i]!,
    record: {
      ...record,
      objectives: [record.objectives[i]!],
      start: record.start && [record.start[i]!],
      streams: [record.streams[i]!],
      shape: [1, ...record.shape.slice(1)],
    },
  };
}

/** Pixels of the longer side of a preview. */
const previewSide = 48;

/** The picture that a page shows of a target in progress; undefined where it cannot be looked at. */
export function previewOf({ shape, data }: Tensor): Planes | undefined {
  if (shape.length !== 2 && shape.length !== 3) return undefined;
  return shrinkPlanes({ shape, data: data as Float32Array }, previewSide);
}
