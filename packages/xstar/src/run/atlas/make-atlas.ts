import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { check, XstarError, type MaximizeOptions } from "@xstar/core";
import {
  atlasLayers,
  jobId,
  directionsJobs,
  directionsName,
  jobsOfAtlas,
  planAtlas,
  resultsIn,
  withDirections,
  withVariants,
  type ContentJob,
  type DirectionsJob,
  type DirectionsWanted,
  type DoJobs,
  type ModelContent,
  type ModelFile,
  type ResultStore,
} from "@xstar/runs";
import { lockFolder } from "../../files/lock.js";
import { createSourceFiles } from "../../record/file-reference.js";
import { version } from "../../version.js";
import { readBeside } from "./beside.js";
import { createAtlasProgress, type AtlasProgress } from "./atlas-progress.js";
import { keepState, readState, withLayers, withUnits, workFolder } from "./atlas-state.js";
import { openData, type OpenedData } from "./data-content.js";
import { estimateAtlas, type AtlasEstimate } from "./estimate.js";
import { openFolderStore } from "./folder-store.js";
import { startJobRunner, type FindContents } from "./job-thread.js";
import { inPoolOf } from "./pool.js";
import { writeAtlas } from "./write-atlas.js";

/** Which atlas is made, and how the work is divided. */
export interface AtlasOptions extends Omit<MaximizeOptions, "signal" | "resume" | "images" | "models" | "generators"> {
  /** Where it is made. */
  readonly folder: string;
  /** @default all layers that have units, without those that only show others in another form; with those that the folder has */
  readonly layers?: readonly string[] | undefined;
  /** Pictures are made of so many units of each layer, its first; everything else is told of all. A folder's atlas never becomes smaller. @default all */
  readonly units?: number | undefined;
  /** A folder of real pictures, or `mnist`, to show the units. */
  readonly images?: string | undefined;
  /** Of more real pictures so many are taken, evenly spaced. @default 5000 */
  readonly most?: number | undefined;
  /** Directions of each layer, by method: `kmeans`, `nmf` and `sae`, and the side of a `map`. They need `images`. @default none, or those that the folder has */
  readonly directions?: DirectionsWanted | undefined;
  /** Whether there is a picture of what each unit wants least. @default as the folder has it, or not */
  readonly negative?: boolean | undefined;
  /** So many more pictures of each unit, from different starts and kept unlike each other. @default as many as the folder has, or none */
  readonly diverse?: number | undefined;
  /** Folders of atlases of other networks, whose units and classes are shown beside these. @default those that the folder has */
  readonly beside?: readonly string[] | undefined;
  /** Threads that work. @default one for each core */
  readonly jobs?: number | undefined;
  /** Ends the work after the steps in progress; what is finished is kept, and shown. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is ahead before it begins; false ends it there. */
  readonly onEstimate?: ((estimate: AtlasEstimate) => boolean | void) | undefined;
  readonly onProgress?: ((now: AtlasProgress) => void) | undefined;
  /** What does the jobs. @default threads of this machine */
  readonly doJobs?: ((work: AtlasWork) => DoJobs) | undefined;
}

/** What the jobs of an atlas need. */
export interface AtlasWork {
  readonly store: ResultStore;
  readonly find: FindContents;
  readonly model: ModelContent;
  /** The path of the model's file. */
  readonly path: string;
  readonly data: OpenedData | undefined;
}

/** What became of an atlas. */
export interface AtlasResult {
  readonly units: number;
  /** Units that were given up, with why. */
  readonly failures: readonly { readonly target: string; readonly reason: string }[];
  readonly layers: number;
  /** Bytes of its files. */
  readonly bytes: number;
}

/**
 * Makes the atlas of a network: a folder of static pages with a picture for every unit of its layers, real pictures that excite it, and
 * what else is known. The same call goes on where one before it was stopped, even by force, and ends with the same bytes; one
 * that names other layers adds them.
 *
 * Throws `bad-argument` when the folder holds another atlas, `unknown-layer`, `aborted` when it was stopped.
 *
 * @example
 * await makeAtlas(model, { folder: "out/atlas", layers: ["conv2"], images: "photos" });
 */
export async function makeAtlas(model: ModelFile, options: AtlasOptions): Promise<AtlasResult> {
  check(typeof options?.folder === "string", "folder", "where the atlas is made", options?.folder);
  if (model.path === undefined) throw new XstarError("bad-argument", "An atlas needs the model as a file");
  const lock = await lockFolder(options.folder);
  try {
    return await makeInto(model, model.path, options);
  } finally {
    await lock.release();
  }
}

async function makeInto(
  model: ModelFile,
  path: string,
  {
    folder,
    layers,
    units: first,
    images,
    most = 5000,
    jobs,
    directions,
    negative,
    diverse,
    beside,
    signal,
    onEstimate,
    onProgress,
    doJobs,
    ...given
  }: AtlasOptions,
): Promise<AtlasResult> {
  const options: MaximizeOptions = {
    ...given,
    contract: given.contract === undefined ? (model.contract ?? null) : given.contract,
  };
  const known = await readState(folder);
  const asked = layers ?? (known ? [] : await atlasLayers(model, options));
  const groups = withLayers(known?.groups ?? [], asked);
  if (groups.length === 0) throw new XstarError("bad-argument", "The model has no layer whose units can be made large");
  const content = await contentOf(path, model);
  const data = images === undefined ? undefined : await openData(images, most);
  const count = withUnits(known, first);
  const units = await planAtlas(
    model,
    { xstar: version, model: content, data: data?.content ?? null, groups, units: count },
    options,
  );
  const others = beside?.map((one) => resolve(one)) ?? known?.beside ?? [];
  await readBeside(folder, others);
  const variants = {
    negative: negative ?? known?.variants.negative ?? false,
    diverse: diverse ?? known?.variants.diverse ?? 0,
  };
  const plan = await withVariants(units, variants);
  const wanted = { ...known?.directions, ...directions };
  if (Object.keys(wanted).length > 0 && !data)
    throw new XstarError(
      "bad-argument",
      "Directions are found in the activations of real pictures, and there are none",
      {
        hint: "Give them with --images",
      },
    );
  await keepState(folder, known, {
    settings: plan.settings,
    groups,
    units: count,
    directions: wanted,
    variants,
    beside: others,
  });

  const store = resultsIn(openFolderStore(join(folder, workFolder)));
  const find: FindContents = async () => ({
    model: path,
    pictures: images === undefined ? undefined : { where: images, most },
  });
  const threads = jobs ?? availableParallelism();
  const finding = directionsJobs(plan, wanted);
  let whole = await withDirections(plan, finding, store);
  // what an earlier run gave up is tried again
  const missing = await withoutResult([...jobsOfAtlas(whole), ...finding], store);
  const start = () => startJobRunner(find);
  const tried = onEstimate && (await estimateAtlas(whole, missing, { start, threads }));
  if (tried && onEstimate(tried.estimate) === false) {
    throw new XstarError("aborted", "Nothing was made: only an estimate was asked for");
  }
  const pace = tried?.pace;
  const work: AtlasWork = { store, find, model: content, path, data };
  const perform = doJobs ? doJobs(work) : inPoolOf(threads, start, store);
  let problem: unknown;
  try {
    const begun = createAtlasProgress(whole, missing, { tell: onProgress, pace });
    await perform(missing, begun, signal);
    whole = await withDirections(plan, finding, store);
    const further = await missingJobs(jobsOfAtlas(whole), store);
    const next = createAtlasProgress(whole, further, { tell: onProgress, before: begun.work, pace });
    if (further.length > 0) await perform(further, next, signal);
  } catch (error) {
    problem = error;
  }
  const written = await writeAtlas(folder, {
    plan: whole,
    store,
    name: model.name,
    labels: options.labels ?? model.labels,
    pictures: data?.pictures,
    model,
    beside: await readBeside(folder, others),
  });
  if (problem !== undefined && !signal?.aborted) throw problem;
  if (signal?.aborted && (await missingJobs([...jobsOfAtlas(whole), ...finding], store)).length > 0) {
    throw new XstarError("aborted", `Stopped with ${written.units} of ${written.ofUnits} units in "${folder}"`, {
      hint: "The same command goes on from there",
    });
  }
  const failures = [...(await failuresOf(finding, store)), ...written.failures];
  return { units: written.units, failures, layers: whole.layers.length, bytes: written.bytes };
}

/** Directions that could not be found, with why. */
async function failuresOf(jobs: readonly DirectionsJob[], store: ResultStore): Promise<AtlasResult["failures"]> {
  const all = await Promise.all(
    jobs.map(async (job) => ({
      target: directionsName(job.layer, job.method),
      reason: (await store.has(jobId(job))) ? undefined : await store.failure(jobId(job)),
    })),
  );
  return all.flatMap(({ target, reason }) => (reason === undefined ? [] : [{ target, reason }]));
}

async function contentOf(path: string, model: ModelFile): Promise<ModelContent> {
  const { sha256, weights } = await createSourceFiles().referenceModel(path, model);
  return { name: basename(path), sha256, beside: weights.map((one) => ({ name: one.path, sha256: one.sha256 })) };
}

async function withoutResult(jobs: readonly ContentJob[], store: ResultStore): Promise<ContentJob[]> {
  const has = await Promise.all(jobs.map((job) => store.has(jobId(job))));
  return jobs.filter((_, i) => !has[i]);
}

/** Jobs that have no result and were not given up. */
async function missingJobs(jobs: readonly ContentJob[], store: ResultStore): Promise<ContentJob[]> {
  const missing = await withoutResult(jobs, store);
  const failures = await Promise.all(missing.map((job) => store.failure(jobId(job))));
  return missing.filter((_, i) => failures[i] === undefined);
}
