import { canonical, XstarError, type MaximizeOptions, type Shape } from "@xstar/core";
import { sha256Of } from "@xstar/results";
import type { DirectionsSettings } from "../directions/find-directions.js";
import { directionsName } from "../directions/methods.js";
import type { Goal } from "../many/outcome.js";

/**
 * A piece of work as plain JSON, that anybody can do who has the contents it names: what comes of it are bytes that depend on
 * nothing else.
 */
export type ContentJob = PicturesJob | SurveyJob | DirectionsJob;

/** A file by what it holds. */
export interface Content {
  readonly name: string;
  readonly sha256: string;
}

/** A model's file, with the files beside it that hold its weights. */
export interface ModelContent extends Content {
  readonly beside: readonly Content[];
}

/** The pictures of a data set in their order: `sha256` is that of all their names and contents. */
export interface DataContent {
  readonly sha256: string;
  readonly count: number;
}

interface JobOfModel {
  /** The version of xstar whose numbers these are: another one makes others. */
  readonly xstar: string;
  readonly model: ModelContent;
  /** How pictures become the model's input, and which output has the class scores. */
  readonly network: NetworkOptions;
}

/** Options of a network as JSON. */
export interface NetworkOptions extends Pick<MaximizeOptions, "contract" | "inputs" | "logits"> {
  readonly shapes?: Readonly<Record<string, Shape>>;
}

/** Makes a picture for each of some units. */
export interface PicturesJob extends JobOfModel {
  readonly kind: "pictures";
  /** Everything that the recipe decides, and the seed. */
  readonly ascent: Readonly<Record<string, unknown>>;
  readonly goals: readonly (Goal & { readonly target: string })[];
  /** Goals that are climbed together. */
  readonly batch: number;
  /** The stream of random numbers of each goal of a batch. @default the first for all, so that none depends on its place */
  readonly streams?: readonly number[];
  /** Pixels of the longer side of a picture and of a thumbnail, at most. */
  readonly sides: { readonly picture: number; readonly thumbnail: number };
}

/** Looks at some pictures of a data set with all units of layers. */
export interface SurveyJob extends JobOfModel {
  readonly kind: "survey";
  readonly layers: readonly string[];
  readonly hasClasses: boolean;
  readonly data: DataContent;
  /** The pictures from the first on, up to before the second. */
  readonly range: readonly [number, number];
}

/** Finds directions of a layer in its activations for a data set, and looks at the pictures once more with these. */
export interface DirectionsJob
  extends JobOfModel, Pick<DirectionsSettings, "layer" | "method" | "count" | "seed" | "features" | "hasClasses"> {
  readonly kind: "directions";
  readonly data: DataContent;
}

/** The name of a job, and of what comes of it: the SHA-256 of its JSON. */
export function jobId(job: ContentJob): string {
  return sha256Of(canonical(job)!);
}

/** What an ascent and its network are, as JSON. Throws `bad-argument` for what cannot be sent: pictures, models, numbers of inputs. */
export function sendable(options: MaximizeOptions): Pick<PicturesJob, "network" | "ascent"> {
  const { contract, inputs = {}, logits, shapes = {}, images = {}, models = {}, generators = {}, ...rest } = options;
  const { definitions = [], ...ascent } = rest;
  const named = { images, models, generators, definitions };
  const odd = Object.entries(named).find(([, held]) => Object.keys(held).length > 0);
  if (odd) {
    throw new XstarError("bad-argument", `A job cannot hold the ${odd[0]} that this ascent names`, {
      hint: "Take a recipe without them, or xstar maximize for many targets at once",
    });
  }
  // what they decide is in the goals and in the other options already
  for (const name of ["vocabulary", "labels", "recipe"] as const) delete ascent[name];
  const array = Object.entries({ ...inputs, ...ascent }).find(([, held]) => holdsNumbers(held));
  if (array) throw new XstarError("bad-argument", `A job cannot hold the numbers of "${array[0]}"`);
  const sizes = shapes instanceof Map ? Object.fromEntries(shapes) : shapes;
  return JSON.parse(JSON.stringify({ network: { contract, logits, inputs, shapes: sizes }, ascent })) as ReturnType<
    typeof sendable
  >;
}

function holdsNumbers(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNumbers);
}

const jobKinds: ReadonlySet<unknown> = new Set<ContentJob["kind"]>(["pictures", "survey", "directions"]);

/** Whether something that was sent is a job, as far as its kind tells. */
export const isJob = (sent: unknown): sent is ContentJob =>
  typeof sent === "object" && sent !== null && "kind" in sent && jobKinds.has(sent.kind);

/** How many real pictures a job looks at. */
export const picturesOf = (job: SurveyJob | DirectionsJob): number =>
  job.kind === "survey" ? job.range[1] - job.range[0] : 2 * job.data.count;

/** What of an atlas a job is for, in words. */
export function partOf(job: ContentJob): string {
  if (job.kind === "survey") return "real pictures";
  if (job.kind === "directions") return directionsName(job.layer, job.method);
  const { target } = job.goals[0]!;
  return target.slice(0, target.lastIndexOf(":"));
}

/** What a job does, in words. */
export function wordsOf(job: ContentJob): string {
  if (job.kind === "survey") return `real pictures ${job.range[0]} to ${job.range[1] - 1}`;
  if (job.kind === "directions") return `${job.count} directions: ${partOf(job)}`;
  const last = job.goals.at(-1)!.target;
  return `${job.goals[0]!.target} to ${last.slice(last.lastIndexOf(":") + 1)}`;
}
