import {
  directionsAhead,
  partOf,
  picturesJobsOf,
  picturesOf,
  type AtlasPlan,
  type ContentJob,
  type JobListener,
  type JobReport,
} from "@xstar/runs";

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
}

/** Adds up how far jobs are, with the pictures of directions that are still to be found; those of costly layers count more. */
export function createAtlasProgress(
  plan: AtlasPlan,
  missing: readonly ContentJob[],
  { tell, before = 0 }: AtlasProgressOptions,
): JobListener & { readonly work: number } {
  const { layers } = plan;
  const costs = new Map<ContentJob, number>(
    layers.flatMap((layer) => picturesJobsOf(layer).map((job) => [job, layer.cost * job.goals.length])),
  );
  const steps = Number(layers[0]?.jobs[0]?.ascent["steps"] ?? 1);
  const dearest = Math.max(...layers.map(({ cost }) => cost));
  const costOf = (job: ContentJob) =>
    job.kind === "pictures" ? steps * (costs.get(job) ?? 0) : dearest * picturesOf(job);
  const work = missing.reduce((sum, job) => sum + costOf(job), 0);
  const ahead = directionsAhead(plan, missing).reduce((sum, { cost, count }) => sum + steps * cost * count, 0);
  const total = before + work + ahead;
  const own = new Set<ContentJob>(layers.flatMap((layer) => layer.jobs));
  const unitsOf = (jobs: readonly ContentJob[]) =>
    jobs.reduce((sum, job) => sum + (own.has(job) && job.kind === "pictures" ? job.goals.length : 0), 0);
  const ofUnits = layers.reduce((sum, { units }) => sum + units, 0);
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
