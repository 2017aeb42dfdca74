import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { XstarError, type Spec } from "@xstar/core";
import type { MeasuredPictures, PictureMetrics } from "@xstar/results";
import type { Climbed } from "./climber.js";
import { temporaryName, writeFileAtomic } from "../../../xstar/src/files/atomic.js";
import { readFileOrExplain } from "../../../xstar/src/files/read.js";
import { version } from "../../../xstar/src/version.js";
import type { JobModel, ManyJob } from "./job.js";

/** What a folder of pictures holds, and for which ascent: `manifest.json`. */
export interface Manifest {
  readonly xstar: string;
  /** All that decides a picture besides its target; large arrays as their SHA-256. */
  readonly ascent: Readonly<Record<string, unknown>>;
  /** Targets that are climbed together. */
  readonly batch: number;
  readonly targets: readonly Entry[];
  /** Of all pictures together, as soon as there are all. */
  readonly metrics?: SetMetrics;
  /** The real pictures that they were compared with last. */
  readonly images?: ComparedWith;
}

interface ComparedWith {
  readonly folder: string;
  readonly count: number;
  /** Without those that could not be read. */
  readonly read: number;
}

/** What is measured of a set of pictures. */
export type SetMetrics = Omit<MeasuredPictures, "pictures">;

/** What is known of one; the record of the picture says why the rest is not. */
export type KnownMetrics = Partial<Omit<PictureMetrics, "missing">>;

export function knownOf(metrics: PictureMetrics): KnownMetrics {
  const { activation, percentile, plausibility, recognition, transfer, spectrumSlope } = metrics;
  return { activation, percentile, plausibility, recognition, transfer, spectrumSlope };
}

/** One target. */
export type Entry = WaitingEntry | DoneEntry | FailedEntry;

interface Named {
  readonly target: string;
  /** What its files are called, without ending. */
  readonly slug: string;
  /** What is climbed for it. */
  readonly objective: Spec;
}

interface WaitingEntry extends Named {
  readonly status: "waiting";
}

export interface DoneEntry extends Named {
  readonly status: "done";
  /** The picture, and what repeats it, in the folder. */
  readonly file: string;
  readonly record: string;
  /** The picture that is opaque only where it counts. */
  readonly transparent?: string;
  /** `diverged` for one that broke, whose picture is from before. */
  readonly ended: Climbed["ended"];
  readonly activation: { readonly start: number; readonly end: number };
  readonly steps: number;
  readonly seconds: number;
  /** Left out where the picture could not be measured. */
  readonly metrics?: KnownMetrics;
  readonly warnings: readonly string[];
}

interface FailedEntry extends Named {
  readonly status: "failed";
  readonly reason: string;
}

export const manifestFile = "manifest.json";

/** The manifest of a folder, or undefined when it has none. Throws `bad-data` for what is none. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestFile);
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const text = new TextDecoder().decode(await readFileOrExplain(path));
  const manifest = parse(text);
  if (manifest) return manifest;
  throw new XstarError("bad-data", `"${path}" is not a manifest of pictures`, {
    hint: "Give another folder, or delete this one to begin again",
  });
}

function parse(text: string): Manifest | undefined {
  try {
    const { xstar, ascent, batch, targets, metrics, images } = JSON.parse(text) as Manifest;
    const isWhole =
      typeof ascent === "object" &&
      ascent !== null &&
      Number.isInteger(batch) &&
      batch > 0 &&
      targets.every(({ target, status }) => typeof target === "string" && typeof status === "string");
    return isWhole
      ? { xstar, ascent, batch, targets, ...(metrics && { metrics }), ...(images && { images }) }
      : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomic(join(folder, manifestFile), `${JSON.stringify(manifest, undefined, 1)}\n`);
}

/**
 * The manifest to go on from: that of the folder, with the new targets behind the old, and with those waiting again whose
 * files are gone; else a new one. Throws `bad-argument` when the folder's pictures are of another ascent.
 */
export async function openManifest(
  folder: string,
  ascent: Manifest["ascent"],
  targets: readonly Named[],
): Promise<Omit<Manifest, "batch"> & { readonly batch?: number }> {
  const known = await readManifest(folder);
  const differing = known && firstDifference(known.ascent, ascent);
  if (differing !== undefined) throw otherPictures(folder, differing);
  checkTargets(folder, known?.targets ?? [], targets);
  const entries = await Promise.all((known?.targets ?? []).map((entry) => waitingIfGone(folder, entry)));
  const listed = new Set(entries.map(({ target }) => target));
  const added = targets
    .filter(({ target }) => !listed.has(target))
    .map((one) => ({ ...one, status: "waiting" as const }));
  const { batch, images } = known ?? {};
  return {
    xstar: version,
    ascent,
    ...(batch !== undefined && { batch }),
    ...(images && { images }),
    targets: [...entries, ...added],
  };
}

/** A target that is there already must be the same objective, and no other may have its files. */
function checkTargets(folder: string, known: readonly Named[], targets: readonly Named[]): void {
  const byName = new Map(known.map((one) => [one.target, one]));
  const bySlug = new Map(known.map((one) => [one.slug, one]));
  for (const { target, slug, objective } of targets) {
    const same = byName.get(target);
    if (same && canonical(same.objective) !== canonical(objective))
      throw otherPictures(folder, `objective of ${target}`);
    const other = bySlug.get(slug);
    if (!other || other.target === target) continue;
    throw new XstarError("bad-argument", `"${folder}" holds "${other.target}" under the name that "${target}" has`, {
      hint: "Give another folder",
    });
  }
}

function otherPictures(folder: string, what: string): XstarError {
  return new XstarError("bad-argument", `"${folder}" holds pictures that were made with another "${what}"`, {
    hint: "Give another folder, or delete this one to begin again",
  });
}

async function waitingIfGone(folder: string, entry: Entry): Promise<Entry> {
  if (entry.status !== "done") return entry;
  const { target, slug, objective, file, record, transparent } = entry;
  const files = [file, record, ...(transparent === undefined ? [] : [transparent])];
  const found = await Promise.all(files.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return found.every((one) => one?.isFile()) ? entry : { target, slug, objective, status: "waiting" };
}

/** What a killed run was just writing. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => temporaryName.test(name)).map((name) => rm(join(folder, name), { force: true })),
  );
}

/** All that decides the pictures of a job, as JSON that is equal for equal jobs. */
export async function describeAscent({
  model,
  options,
  models,
  generators,
  threads,
}: ManyJob): Promise<Manifest["ascent"]> {
  const describeAll = async (all: Readonly<Record<string, JobModel>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(all).map(async ([name, { model, ...rest }]) => [
          name,
          { ...rest, model: await digestOf(model) },
        ]),
      ),
    );
  const described = {
    model: await digestOf(model),
    models: await describeAll(models),
    generators: await describeAll(generators),
    threads,
    ...options,
  };
  return JSON.parse(JSON.stringify(described, shorten)) as Manifest["ascent"];
}

async function digestOf(model: JobModel["model"]): Promise<string> {
  return sha256(typeof model === "string" ? await readFileOrExplain(model) : model);
}

/** Numbers that a list may have to be written out. */
const readable = 64;

/** Long lists as their digests, maps as objects. */
function shorten(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value))
    return { sha256: sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  if (Array.isArray(value) && value.length > readable)
    return { sha256: sha256(`[${value.map((one) => JSON.stringify(one, shorten)).join(",")}]`) };
  return value;
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The first name under which two objects hold different things. */
function firstDifference(a: Manifest["ascent"], b: Manifest["ascent"]): string | undefined {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.find((name) => canonical(a[name]) !== canonical(b[name]));
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
