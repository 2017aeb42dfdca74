import { decodePictures, picturesJobsOf, picturesOf, type AtlasPlan, type ContentJob, type JobRunner, type PicturesJob } from "@xstar/runs";

/** What is ahead. */
export interface AtlasEstimate {
  readonly units: number;
  readonly layers: number;
  /** Units whose pictures are still to be made. */
  readonly missing: number;
  /** Of the work that is left, on this machine. */
  readonly seconds: number;
  /** Of the finished atlas. */
  readonly bytes: number;
}

/** Steps of a short and a long trial: what they differ by are steps alone. */
const [few, more] = [4, 12];
/** Real pictures of a trial: those that go through the network at once. */
const looked = 8;
/** Numbers and texts of a unit in the data of its layer, as script and as JSON, and its real pictures: seen in several atlases. */
const bytesOfFacts = 2500;

interface Machine {
  readonly start: () => JobRunner;
  readonly threads: number;
}

/**
 * Tells how long jobs will take and how large the atlas becomes, from a few steps of the costliest layer in as many threads as will
 * work: a step costs what its activations are.
 */
export async function estimateAtlas(
  plan: AtlasPlan,
  missing: readonly ContentJob[],
  { start, threads }: Machine,
): Promise<AtlasEstimate> {
  const { layers } = plan;
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const left = missing.filter((job) => job.kind === "pictures");
  const looks = missing.filter((job) => job.kind !== "pictures");
  const own = new Set<ContentJob>(layers.flatMap(({ jobs }) => jobs));
  const facts = { units, layers: layers.length, missing: left.filter((job) => own.has(job)).reduce((sum, { goals }) => sum + goals.length, 0) };
  const costs = new Map<ContentJob, number>(
    layers.flatMap((layer) => picturesJobsOf(layer).map((job) => [job, layer.cost] as const)),
  );
  const sorted = left.toSorted((a, b) => costs.get(a)! - costs.get(b)!);
  const [cheapest, dearest] = [sorted[0], sorted.at(-1)];
  const runners = Array.from({ length: Math.min(threads, Math.max(1, missing.length)) }, start);
  let made = new Uint8Array();
  const timeOf = async (job: ContentJob) => {
    const began = performance.now();
    [made] = (await Promise.all(runners.map((runner) => runner.run(job)))) as [Uint8Array<ArrayBuffer>];
    return (performance.now() - began) / 1000;
  };
  try {
    let seconds = 0;
    const [survey] = [...plan.surveys.values()].flat();
    if (survey?.kind === "survey" && looks.length > 0) {
      const trial = {
        ...survey,
        range: [survey.range[0], Math.min(survey.range[1], survey.range[0] + looked)] as const,
      };
      await timeOf(trial);
      const ofOne = (await timeOf(trial)) / (trial.range[1] - trial.range[0]);
      seconds += ofOne * looks.reduce((sum, job) => sum + picturesOf(job), 0);
    }
    if (dearest && cheapest) {
      const trial = (job: PicturesJob, steps: number): PicturesJob => ({
        ...job,
        goals: job.goals.slice(0, job.batch),
        ascent: { ...job.ascent, steps },
      });
      // opens the model, which is done once
      await timeOf(trial(cheapest, few));
      const cold = await timeOf(trial(dearest, few));
      const warm = await timeOf(trial(dearest, few));
      const step =
        Math.max(0, (await timeOf(trial(dearest, more))) - warm) /
        (more - few) /
        Math.min(dearest.goals.length, dearest.batch);
      const batchOf = ({ goals, batch }: PicturesJob) => Math.ceil(goals.length / batch);
      for (const job of left) {
        const steps = job.goals.length * Number(job.ascent["steps"]);
        seconds += batchOf(job) * Math.max(0, warm - few * step * dearest.batch);
        seconds += steps * step * (costs.get(job)! / costs.get(dearest)!);
      }
      const open = layers.filter((layer) => picturesJobsOf(layer).some((job) => missing.includes(job))).length;
      seconds += open * Math.max(0, cold - warm);
    }
    const done = (decodePictures(made) ?? []).flatMap((one) => ("failure" in one ? [] : [one]));
    const bytes = done.reduce((sum, { picture, thumbnail }) => sum + picture.length + thumbnail.length, 0);
    return {
      ...facts,
      seconds: seconds / runners.length,
      bytes: Math.round(units * (bytesOfFacts + (done.length > 0 ? bytes / done.length : 0))),
    };
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}
