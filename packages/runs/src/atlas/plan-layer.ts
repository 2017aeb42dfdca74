import { type LoadedModel, type MaximizeOptions, type Spec } from "@xstar/core";
import { inBatchesOf, planBatches } from "../many/plan-batches.js";
import type { Goal } from "../many/outcome.js";
import type { PicturesJob } from "../jobs/job.js";

/** A job is what is lost when its worker dies: so many units at most, and fewer of costly layers, by bytes of activations. */
const most = { units: 16, bytes: 1e9 };

const unitsOfJob = (batch: number, bytes: number): number =>
  Math.min(most.units, Math.max(1, Math.floor(most.bytes / (bytes * batch))) * batch);

/** What the jobs of a layer are planned with. */
export interface LayerPlanning {
  readonly model: LoadedModel;
  /** How its pictures are made. */
  readonly options: MaximizeOptions;
  /** The objective of a picture, from what is to be made large. */
  readonly objective: (target: Spec<"objective">) => Spec<"objective">;
  readonly job: Omit<PicturesJob, "kind" | "goals" | "batch">;
}

/** Jobs that make a picture of each of some targets, measured by others where these are given, and about how much a step of one costs, in bytes of activations. */
export async function planPictures(
  name: string,
  targets: readonly Spec<"objective">[],
  { model, options, objective, job }: LayerPlanning,
  measured: readonly Spec<"objective">[] = targets,
): Promise<{ readonly jobs: readonly PicturesJob[]; readonly cost: number }> {
  const goals = targets.map((target, i): Goal & { readonly target: string } => ({
    target: `${name}:${i}`,
    objective: objective(target),
    measured: measured[i]!,
  }));
  const objectives = goals.map((goal) => goal.objective);
  // on a machine of one core with all the memory there is, so that it depends on the layer alone
  const { batch, bytes } = await planBatches(model, objectives, options, { cores: 1, jobs: 1, free: Infinity });
  const jobs = inBatchesOf(goals, unitsOfJob(batch, bytes)).map((some): PicturesJob => ({
    kind: "pictures",
    ...job,
    goals: some,
    batch,
  }));
  return { jobs, cost: bytes };
}
