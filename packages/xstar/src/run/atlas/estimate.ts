import {
  decodePictures,
  directionsAhead,
  picturesJobsOf,
  picturesOf,
  type AtlasPlan,
  type ContentJob,
  type JobRunner,
  type PicturesJob,
} from "@xstar/runs";

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

/** Steps, and real pictures, of a short and a long trial: what these differ by is what one of them takes. */
const steps = [4, 12] as const;
const looked = [8, 24] as const;
/** Numbers and texts of a unit in the data of its layer, as script and as JSON, and its real pictures: seen in several atlases. */
const bytesOfFacts = 2500;

interface Machine {
  readonly start: () => JobRunner;
  readonly threads: number;
}

/** A time in seconds that grows evenly: what goes before, and what each takes. */
interface Line {
  readonly base: number;
  readonly each: number;
}

const lineThrough = ([few, more]: readonly [number, number], [short, long]: readonly [number, number]): Line => {
  const each = Math.max(0, (long - short) / (more - few));
  return { base: Math.max(0, short - few * each), each };
};

/**
 * Tells how long jobs will take and how large the atlas becomes, from a few steps of the cheapest and the costliest layer in as many threads
 * as will work: a step costs what its activations are.
 */
export async function estimateAtlas(
  plan: AtlasPlan,
  missing: readonly ContentJob[],
  { start, threads }: Machine,
): Promise<AtlasEstimate> {
  const { layers } = plan;
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const own = new Set<ContentJob>(layers.flatMap(({ jobs }) => jobs));
  const left = missing.filter((job) => job.kind === "pictures");
  const ofUnits = left.filter((job) => own.has(job)).reduce((sum, { goals }) => sum + goals.length, 0);
  const runners = Array.from({ length: Math.min(threads, Math.max(1, missing.length)) }, start);
  let made = new Uint8Array();
  const timeOf = async (job: ContentJob) => {
    const began = performance.now();
    [made] = (await Promise.all(runners.map((runner) => runner.run(job)))) as [Uint8Array<ArrayBuffer>];
    return (performance.now() - began) / 1000;
  };
  try {
    const looking = await secondsOfLooks(plan, missing, timeOf);
    const seconds = looking + (await secondsOfPictures(plan, missing, timeOf));
    const done = (decodePictures(made) ?? []).flatMap((one) => ("failure" in one ? [] : [one]));
    const bytes = done.reduce((sum, { picture, thumbnail }) => sum + picture.length + thumbnail.length, 0);
    const further = directionsAhead(plan, missing).reduce((sum, { count }) => sum + count, 0);
    return {
      units,
      layers: layers.length,
      missing: ofUnits,
      seconds: seconds / runners.length,
      bytes: Math.round((units + further) * (bytesOfFacts + (done.length > 0 ? bytes / done.length : 0))),
    };
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

type TimeOf = (job: ContentJob) => Promise<number>;

/** Of the jobs that look at real pictures, on one thread. */
async function secondsOfLooks({ surveys }: AtlasPlan, missing: readonly ContentJob[], timeOf: TimeOf): Promise<number> {
  const [survey] = [...surveys.values()].flat();
  const looks = missing.filter((job) => job.kind !== "pictures");
  if (survey?.kind !== "survey" || looks.length === 0) return 0;
  const [from, to] = survey.range;
  const trial = (count: number) => timeOf({ ...survey, range: [from, Math.min(to, from + count)] });
  // opens the model, which is done once
  await trial(looked[0]);
  const times = [await trial(looked[0]), await trial(looked[1])] as const;
  const { base, each } = lineThrough([looked[0], Math.max(looked[0] + 1, Math.min(to - from, looked[1]))], times);
  return looks.reduce((sum, job) => sum + base + each * picturesOf(job), 0);
}

/** Of the jobs that make pictures, those of directions that are still to be found too, on one thread. */
async function secondsOfPictures(plan: AtlasPlan, missing: readonly ContentJob[], timeOf: TimeOf): Promise<number> {
  const costs = new Map<ContentJob, number>(
    plan.layers.flatMap((layer) => picturesJobsOf(layer).map((job) => [job, layer.cost] as const)),
  );
  const left = missing.filter((job) => job.kind === "pictures").toSorted((a, b) => costs.get(a)! - costs.get(b)!);
  const work = [
    ...left.map((job) => ({ count: job.goals.length, batch: job.batch, cost: costs.get(job)! })),
    ...directionsAhead(plan, missing).map((one) => ({ ...one, batch: plan.layers[0]!.jobs[0]!.batch })),
  ];
  const sample = left.length > 0 ? left : plan.layers.flatMap(({ jobs }) => jobs);
  const [cheapest, dearest] = [sample[0]!, sample.at(-1)!];
  if (work.length === 0) return 0;
  const [cheap, dear] = [await timePictures(cheapest, timeOf), await timePictures(dearest, timeOf)];
  const [least, most] = [costs.get(cheapest)!, costs.get(dearest)!];
  const perPicture = Number(dearest.ascent["steps"]);
  const seconds = work.reduce((sum, { count, batch, cost }) => {
    const share = most > least ? (cost - least) / (most - least) : 1;
    const between = (from: number, to: number) => from + share * (to - from);
    const batches = Math.ceil(count / batch) * between(cheap.line.base, dear.line.base);
    return sum + batches + count * perPicture * between(cheap.line.each, dear.line.each);
  }, 0);
  const open = plan.layers.filter((layer) => picturesJobsOf(layer).some((job) => missing.includes(job))).length;
  return seconds + (open * (cheap.opening + dear.opening)) / 2;
}

/** What a batch of a job takes, by steps of one picture, and how long its layer takes to be made ready. */
async function timePictures(
  job: PicturesJob,
  timeOf: TimeOf,
): Promise<{ readonly line: Line; readonly opening: number }> {
  const goals = job.goals.slice(0, job.batch);
  const trial = (count: number) => timeOf({ ...job, goals, ascent: { ...job.ascent, steps: count } });
  const cold = await trial(steps[0]);
  const times = [await trial(steps[0]), await trial(steps[1])] as const;
  const { base, each } = lineThrough(steps, times);
  return { line: { base, each: each / goals.length }, opening: Math.max(0, cold - times[0]) };
}
