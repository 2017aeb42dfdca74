import { canonical, keepSessions, type LoadedModel } from "@xstar/core";
import {
  drawingOf,
  encodeSurvey,
  knownOf,
  surveyLayers,
  type ImageCodec,
  type Picture,
  type PictureSource,
} from "@xstar/results";
import { openBatchRunner, type BatchRunner, type Machine } from "../many/batch-runner.js";
import type { JobOptions } from "../many/job.js";
import type { Outcome } from "../many/outcome.js";
import { findDirections } from "../directions/find-directions.js";
import { encodeDirections } from "./directions-file.js";
import type { ContentJob, DataContent, DirectionsJob, ModelContent, PicturesJob, SurveyJob } from "./job.js";
import { encodePictures, type MadePicture } from "./picture-file.js";

/** Where the contents are that jobs name. Both throw `file-not-readable` where they are not, `bad-data` where they are others. */
export interface Contents {
  /** The path of a model's file, beside which its weights lie. */
  model(content: ModelContent): Promise<string>;
  pictures(content: DataContent): Promise<PictureSource>;
}

/** What does jobs: a machine, contents, and how pictures become files. */
export interface JobMachine extends Machine {
  readonly contents: Contents;
  readonly codec: ImageCodec;
}

/** How far a job is: steps of all its goals together, or pictures looked at, twice for directions. */
export type JobReport = { readonly done: number; readonly of: number };

/** Does one job after the other. */
export interface JobRunner {
  /** What comes of it. Throws `aborted` when the signal stopped it. */
  run(job: ContentJob, report?: (now: JobReport) => void, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A runner in this thread, which keeps the model of the last job open. */
export function openJobRunner(machine: JobMachine): JobRunner {
  const runners = keepLast((job: PicturesJob) => openPictures(job, machine), settingsOf);
  const models = keepLast((job: SurveyJob | DirectionsJob) => openSurvey(job, machine), settingsOf);
  return {
    async run(job, report = () => undefined, signal) {
      if (job.kind === "pictures")
        return makePictures(job, await runners.open(job), { codec: machine.codec, report, signal });
      const { model } = await models.open(job);
      const looking: Looking = { model, machine, report, signal };
      return job.kind === "survey" ? survey(job, looking) : directions(job, looking);
    },
    close: async () => {
      await runners.close();
      await models.close();
    },
  };
}

/** All of a job that decides what is opened for it. */
const settingsOf = (job: ContentJob) =>
  canonical({
    model: job.model,
    network: job.network,
    ...(job.kind === "pictures" && { ascent: job.ascent, streams: job.streams }),
  })!;

interface Closable {
  close(): Promise<void>;
}

/** Opens what a key stands for, and closes what was open for another one. */
function keepLast<Job, T extends Closable>(open: (job: Job) => Promise<T>, keyOf: (job: Job) => string) {
  let last: { readonly key: string; readonly opened: Promise<T> } | undefined;
  const close = async () => {
    const { opened } = last ?? {};
    last = undefined;
    await opened?.then((one) => one.close()).catch(() => undefined);
  };
  return {
    async open(job: Job): Promise<T> {
      const key = keyOf(job);
      if (last?.key !== key) {
        await close();
        last = { key, opened: open(job) };
      }
      return last.opened.catch((error: unknown) => {
        last = undefined;
        throw error;
      });
    },
    close,
  };
}

async function openPictures(
  { model, network, ascent, streams }: PicturesJob,
  machine: JobMachine,
): Promise<BatchRunner> {
  const options = { ...network, ...ascent } as JobOptions;
  const path = await machine.contents.model(model);
  const job = { model: path, options, models: {}, generators: {}, threads: 1, use: [], ...(streams && { streams }) };
  return openBatchRunner(job, machine);
}

interface Controls {
  readonly codec: ImageCodec;
  readonly report: (now: JobReport) => void;
  readonly signal: AbortSignal | undefined;
}

async function makePictures(job: PicturesJob, runner: BatchRunner, { codec, report, signal }: Controls) {
  const { goals, batch, ascent } = job;
  const steps = Number(ascent["steps"] ?? 0);
  const of = goals.length * steps;
  const made: MadePicture[] = [];
  for (let from = 0; from < goals.length; from += batch) {
    signal?.throwIfAborted();
    const some = goals.slice(from, from + batch);
    const outcomes = await runner.run(some, (now) => report({ done: from * steps + now.steps, of }), signal);
    for (const [i, outcome] of outcomes.entries()) made.push(await finish(some[i]!.target, outcome, job, codec));
  }
  return encodePictures(made);
}

/** As many digits as a float32 is sure of. */
const brief = (x: number) => Number(x.toPrecision(7));

async function finish(
  target: string,
  outcome: Outcome,
  { sides }: PicturesJob,
  codec: ImageCodec,
): Promise<MadePicture> {
  if ("failure" in outcome) return { target, failure: outcome.failure };
  const { picture, record, curve, step, ended, metrics, warnings } = outcome;
  const drawn = drawingOf(record.shape, record.holds).raw(picture);
  return {
    target,
    picture: await codec.encode(await within(drawn, sides.picture, codec), "webp"),
    thumbnail: await codec.encode(await within(drawn, sides.thumbnail, codec), "webp"),
    features: metrics?.features ?? new Float32Array(),
    curve: [...curve].map(brief),
    step,
    ended,
    metrics: metrics ? knownOf(metrics.picture) : {},
    warnings,
  };
}

/** The picture, made smaller where its longer side is longer. */
async function within(picture: Picture, side: number, codec: ImageCodec): Promise<Picture> {
  if (Math.max(picture.width, picture.height) <= side) return picture;
  return codec.decode(await codec.encode(picture, "png"), side);
}

async function openSurvey({ model: content }: SurveyJob | DirectionsJob, machine: JobMachine) {
  const runtime = keepSessions(machine.runtime(1));
  const model = await machine.loadModel(await machine.contents.model(content), runtime);
  return { model, close: () => runtime.release() };
}

interface Looking extends Omit<Controls, "codec"> {
  readonly model: LoadedModel;
  readonly machine: JobMachine;
}

async function survey(job: SurveyJob, { model, machine, report, signal }: Looking): Promise<Uint8Array> {
  const { layers, hasClasses, network, data, range } = job;
  const pictures = await machine.contents.pictures(data);
  const of = range[1] - range[0];
  const onPicture = (done: number) => report({ done, of });
  return encodeSurvey(
    await surveyLayers(model, pictures, { layers, hasClasses, options: network, range, signal, onPicture }),
  );
}

async function directions(job: DirectionsJob, { model, machine, report, signal }: Looking): Promise<Uint8Array> {
  const pictures = await machine.contents.pictures(job.data);
  const of = 2 * job.data.count;
  return encodeDirections(
    await findDirections(model, pictures, {
      ...job,
      options: job.network,
      signal,
      onPicture: (done) => report({ done, of }),
    }),
  );
}
