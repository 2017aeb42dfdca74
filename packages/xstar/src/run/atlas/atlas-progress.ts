import {
  directionsAhead,
  partOf,
  picturesJobsOf,
  picturesOf,
  wantedUnits,
  type AtlasPlan,
  type ContentJob,
  type JobListener,
  type JobReport,
} from "@xstar/runs";
import type { AtlasPace } from "./estimate.js";

/** How far an atlas is. */
export interface AtlasProgress {
  /** Of the work of this run, from 0 to 1. */
  readonly share: number;
  /** Units whose pictures are there, and units in all. */
  readonly units: number;
  readonly ofUnits: number;
  readonly what: string;
}

/** How it is told, and how much was done before. */
interface AtlasProgressOptions {
  readonly tell: ((now: AtlasProgress) => void) | undefined;
  /** @default none */
  readonly before?: number;
  /** How long jobs take, where it was tried. @default by what their activations are */
  readonly pace?: AtlasPace | undefined;
}

/** Adds up how far jobs are, with the pictures of directions that are still to be found, by how long each takes. */
export function createAtlasProgress(
  plan: AtlasPlan,
  missing: readonly ContentJob[],
  { tell, before = 0, pace = paceByCost }: AtlasProgressOptions,
): JobListener & { readonly work: number } {
  const { layers } = plan;
  const { ofJob: costOf, ofDirections } = pace(plan);
  const work = missing.reduce((sum, job) => sum + costOf(job), 0);
  const ahead = directionsAhead(plan, missing).reduce((sum, one) => sum + ofDirections(one), 0);
  const total = before + work + ahead;
  const own = new Set<ContentJob>(layers.flatMap((layer) => layer.jobs));
  const unitsOf = (jobs: readonly ContentJob[]) =>
    jobs.reduce((sum, job) => sum + (own.has(job) && job.kind === "pictures" ? job.goals.length : 0), 0);
  const ofUnits = wantedUnits(plan);
  let [done, units] = [before, ofUnits - unitsOf(missing)];
  const running = new Map<ContentJob, number>();
  const show = (job: ContentJob) => {
    const now = done + [...running.values()].reduce((a, b) => a + b, 0);
    tell?.({ share: total > 0 ? now / total : 1, units, ofUnits, what: partOf(job) });
  };
  return {
    work,
    onProgress(job: ContentJob, { done: some, of }: JobReport) {
      running.set(job, (costOf(job) * some) / of);
      show(job);
    },
    onDone(job: ContentJob) {
      running.delete(job);
      done += costOf(job);
      units += unitsOf([job]);
      show(job);
    },
  };
}

/** Those of costly layers count more. */
const paceByCost: AtlasPace = ({ layers }) => {
  const costs = new Map<ContentJob, number>(
    layers.flatMap((layer) => picturesJobsOf(layer).map((job) => [job, layer.cost * job.goals.length])),
  );
  const steps = Number(layers[0]?.jobs[0]?.ascent["steps"] ?? 1);
  const dearest = Math.max(...layers.map(({ cost }) => cost));
  return {
    ofJob: (job) => (job.kind === "pictures" ? steps * (costs.get(job) ?? 0) : dearest * picturesOf(job)),
    ofDirections: ({ cost, count }) => steps * cost * count,
  };
};
