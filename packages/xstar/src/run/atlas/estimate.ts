import {
  decodePictures,
  directionsAhead,
  picturesJobsOf,
  picturesOf,
  wantedUnits,
  type AtlasPlan,
  type ContentJob,
  type JobRunner,
  type PicturesJob,
} from "@xstar/runs";

/** What is ahead. */
export interface AtlasEstimate {
  /** Units that pictures are made of. */
  readonly units: number;
  /** Units of the layers, which is more where pictures are made of some only. */
  readonly ofUnits: number;
  readonly layers: number;
  /** Units whose pictures are still to be made. */
  readonly missing: number;
  /** Of the work that is left, on this machine. */
  readonly seconds: number;
  /** Of the finished atlas. */
  readonly bytes: number;
}

/** How long pieces of work of a plan take on one thread of this machine, in seconds, as far as it was tried. */
export type AtlasPace = (plan: AtlasPlan) => PlanPace;

interface PlanPace {
  /** Of a job of the plan. */
  ofJob(job: ContentJob): number;
  /** Of pictures of directions that are still to be found. */
  ofDirections(ahead: { readonly cost: number; readonly count: number }): number;
}

/** Steps, and real pictures, of a short and a long trial: what these differ by is what one of them takes. */
const steps = [4, 12] as const;
const looked = [8, 24] as const;
/** Of quick trials so many are made as take together so long; a last one has as many steps as take about so long. */
const enoughSeconds = 0.5;
const longSeconds = 1.5;
/** Numbers and texts of a unit in the data of its layer, as script and as JSON, and its real pictures: seen in several atlases. */
const bytesOfFacts = 2500;

interface Machine {
  readonly start: () => JobRunner;
  readonly threads: number;
  /** Milliseconds; only differences count. @default of the clock */
  readonly now?: () => number;
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
 * Tells how long jobs will take and how large the atlas becomes, from a few steps of a cheap, a middle and a costly layer in as many
 * threads as will work: a step costs what its activations are.
 */
export async function estimateAtlas(
  plan: AtlasPlan,
  missing: readonly ContentJob[],
  { start, threads, now = () => performance.now() }: Machine,
): Promise<{ readonly estimate: AtlasEstimate; readonly pace: AtlasPace }> {
  const { layers } = plan;
  const [units, inLayers] = [wantedUnits(plan), layers.reduce((sum, layer) => sum + layer.units, 0)];
  const own = new Set<ContentJob>(layers.flatMap(({ jobs }) => jobs));
  const ofUnits = missing.reduce(
    (sum, job) => sum + (own.has(job) && job.kind === "pictures" ? job.goals.length : 0),
    0,
  );
  const runners = Array.from({ length: Math.min(threads, Math.max(1, missing.length)) }, start);
  let made = new Uint8Array();
  const timeOf = async (job: ContentJob) => {
    const began = now();
    [made] = (await Promise.all(runners.map((runner) => runner.run(job)))) as [Uint8Array<ArrayBuffer>];
    return (now() - began) / 1000;
  };
  try {
    const look = await timeLooks(plan, missing, timeOf);
    const { ofPictures, opening } = await timePictures(plan, missing, timeOf);
    const pace: AtlasPace = (of) => {
      const costs = costsOf(of);
      return {
        ofJob(job) {
          if (job.kind !== "pictures") return look.base + look.each * picturesOf(job);
          return ofPictures({ count: job.goals.length, batch: job.batch, cost: costs.get(job)! });
        },
        ofDirections: ({ cost, count }) => ofPictures({ cost, count, batch: plan.layers[0]!.jobs[0]!.batch }),
      };
    };
    const { ofJob, ofDirections } = pace(plan);
    const ahead = directionsAhead(plan, missing);
    // a layer is made ready once in each thread that has a job of it
    const waiting = new Set(missing);
    const openings = layers.map((layer) => picturesJobsOf(layer).filter((job) => waiting.has(job)).length);
    const work =
      missing.reduce((sum, job) => sum + ofJob(job), 0) +
      ahead.reduce((sum, one) => sum + ofDirections(one), 0) +
      opening * openings.reduce((sum, jobs) => sum + Math.min(jobs, runners.length), 0);
    const done = (decodePictures(made) ?? []).flatMap((one) => ("failure" in one ? [] : [one]));
    const bytes = done.reduce((sum, { picture, thumbnail }) => sum + picture.length + thumbnail.length, 0);
    const further = ahead.reduce((sum, { count }) => sum + count, 0);
    const estimate: AtlasEstimate = {
      units,
      ofUnits: inLayers,
      layers: layers.length,
      missing: ofUnits,
      seconds: work / runners.length,
      bytes: Math.round(
        (inLayers + further) * bytesOfFacts + (units + further) * (done.length > 0 ? bytes / done.length : 0),
      ),
    };
    return { estimate, pace };
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

type TimeOf = (job: ContentJob) => Promise<number>;

const costsOf = ({ layers }: AtlasPlan): ReadonlyMap<ContentJob, number> =>
  new Map(layers.flatMap((layer) => picturesJobsOf(layer).map((job) => [job, layer.cost] as const)));

/** What a job that looks at real pictures takes, on one thread, by their number. */
async function timeLooks({ surveys }: AtlasPlan, missing: readonly ContentJob[], timeOf: TimeOf): Promise<Line> {
  const [survey] = [...surveys.values()].flat();
  if (survey?.kind !== "survey" || missing.every((job) => job.kind === "pictures")) return { base: 0, each: 0 };
  const [from, to] = survey.range;
  const trial = (count: number) => timeOf({ ...survey, range: [from, Math.min(to, from + count)] });
  // opens the model, which is done once
  await trial(looked[0]);
  const times = [await trial(looked[0]), await trial(looked[1])] as const;
  return lineThrough([looked[0], Math.max(looked[0] + 1, Math.min(to - from, looked[1]))], times);
}

/** What pictures take, on one thread, by what a step of one costs. */
async function timePictures(plan: AtlasPlan, missing: readonly ContentJob[], timeOf: TimeOf) {
  const costs = costsOf(plan);
  const waiting = new Set(missing);
  const all = [...costs.keys()] as PicturesJob[];
  const left = all.filter((job) => waiting.has(job));
  const sample = (left.length > 0 ? left : all).toSorted((a, b) => costs.get(a)! - costs.get(b)!);
  const tried = [sample[0]!, sample[sample.length >> 1]!, sample.at(-1)!].filter(
    (job, i, jobs) => i === 0 || costs.get(job)! > costs.get(jobs[i - 1]!)!,
  );
  const isNeeded = left.length > 0 || directionsAhead(plan, missing).length > 0;
  const points: { readonly cost: number; readonly line: Line; readonly opening: number }[] = [];
  for (const job of isNeeded ? tried : []) points.push({ cost: costs.get(job)!, ...(await timeSteps(job, timeOf)) });
  const perPicture = Number(sample[0]!.ascent["steps"]);
  return {
    ofPictures({
      count,
      batch,
      cost,
    }: {
      readonly count: number;
      readonly batch: number;
      readonly cost: number;
    }): number {
      const at = (read: (line: Line) => number) =>
        between(
          points.map((point) => [point.cost, read(point.line)] as const),
          cost,
        );
      return Math.ceil(count / batch) * at(({ base }) => base) + count * perPicture * at(({ each }) => each);
    },
    opening: points.reduce((sum, one) => sum + one.opening, 0) / Math.max(1, points.length),
  };
}

/** A value between those of points, in the order of their places; that of the nearest beyond them. */
function between(points: readonly (readonly [place: number, value: number])[], place: number): number {
  const after = points.findIndex(([at]) => at >= place);
  if (after <= 0) return points.at(after)?.[1] ?? 0;
  const [[from, low], [to, high]] = [points[after - 1]!, points[after]!];
  return low + ((high - low) * (place - from)) / (to - from);
}

/** What a batch of a job takes, by steps of one picture, and how long its layer takes to be made ready. */
async function timeSteps(job: PicturesJob, timeOf: TimeOf): Promise<{ readonly line: Line; readonly opening: number }> {
  const goals = job.goals.slice(0, job.batch);
  const trial = (count: number) => timeOf({ ...job, goals, ascent: { ...job.ascent, steps: count } });
  const cold = await trial(steps[0]);
  // code that ran a few times only is slow
  await meanOf(() => trial(steps[0]));
  const short = await meanOf(() => trial(steps[0]));
  const rough = lineThrough(steps, [short, await meanOf(() => trial(steps[1]))]);
  // the longer the trial, the less its noise counts in the end
  const long = Math.max(
    steps[1],
    Math.min(Number(job.ascent["steps"]), Math.floor((longSeconds - rough.base) / rough.each)),
  );
  const { base, each } = lineThrough([steps[0], long], [short, await meanOf(() => trial(long))]);
  return { line: { base, each: each / goals.length }, opening: Math.max(0, cold - short) };
}

/** The mean of trials, one at least. */
async function meanOf(trial: () => Promise<number>): Promise<number> {
  let [sum, count] = [0, 0];
  do {
    sum += await trial();
    count++;
  } while (sum < enoughSeconds);
  return sum / count;
}
