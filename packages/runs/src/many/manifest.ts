import { differingField, XstarError } from "@xstar/core";
import { sha256Of, type Manifest, type NamedEntry } from "@xstar/results";
import type { JobModel, ManyJob, ModelSource } from "./job.js";

/** What the text of a manifest holds; undefined for what is none. */
export function parseManifest(text: string): Manifest | undefined {
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

/** What is to be made in a folder. */
export interface WantedPictures {
  /** Version of xstar. */
  readonly xstar: string;
  readonly ascent: Manifest["ascent"];
  readonly targets: readonly NamedEntry[];
}

/**
 * The manifest to go on from: the `known` one of the folder, with the new targets behind the old; else a new one. Throws
 * `bad-argument` when the folder's pictures are of another ascent.
 */
export function continueManifest(
  folder: string,
  known: Manifest | undefined,
  { xstar, ascent, targets }: WantedPictures,
): Omit<Manifest, "batch"> & { readonly batch?: number } {
  const differing = known && differingField(known.ascent, ascent);
  if (differing !== undefined) throw otherPictures(folder, differing);
  const entries = known?.targets ?? [];
  checkTargets(folder, entries, targets);
  const listed = new Set(entries.map(({ target }) => target));
  const added = targets
    .filter(({ target }) => !listed.has(target))
    .map((one) => ({ ...one, status: "waiting" as const }));
  const { batch, images } = known ?? {};
  return {
    xstar,
    ascent,
    ...(batch !== undefined && { batch }),
    ...(images && { images }),
    targets: [...entries, ...added],
  };
}

/** A target that is there already must be the same objective, and no other may have its files. */
function checkTargets(folder: string, known: readonly NamedEntry[], targets: readonly NamedEntry[]): void {
  const byName = new Map(known.map((one) => [one.target, one]));
  const bySlug = new Map(known.map((one) => [one.slug, one]));
  for (const { target, slug, objective } of targets) {
    const same = byName.get(target);
    if (same && differingField({ objective: same.objective }, { objective }))
      throw otherPictures(folder, `objective of ${target}`);
    const other = bySlug.get(slug);
    if (!other || other.target === target) continue;
    throw new XstarError("bad-argument", `"${folder}" holds "${other.target}" under the name that "${target}" has`, {
      hint: "Give another folder",
      details: { holdsAnother: true },
    });
  }
}

function otherPictures(folder: string, what: string): XstarError {
  return new XstarError("bad-argument", `"${folder}" holds pictures that were made with another "${what}"`, {
    hint: "Give another folder, or delete this one to begin again",
    details: { holdsAnother: true },
  });
}

/** All that decides the pictures of a job, as JSON that is equal for equal jobs; `digest` is the SHA-256 of a model's file. */
export async function describeAscent(
  { model, options, models, generators, threads }: ManyJob,
  digest: (model: ModelSource) => Promise<string>,
): Promise<Manifest["ascent"]> {
  const describeAll = async (all: Readonly<Record<string, JobModel>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(all).map(async ([name, { model, ...rest }]) => [name, { ...rest, model: await digest(model) }]),
      ),
    );
  const described = {
    model: await digest(model),
    models: await describeAll(models),
    generators: await describeAll(generators),
    threads,
    ...options,
  };
  return JSON.parse(JSON.stringify(described, shorten)) as Manifest["ascent"];
}

/** Numbers that a list may have to be written out. */
const readable = 64;

/** Long lists as their digests, maps as objects. */
function shorten(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value))
    return { sha256: sha256Of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  if (Array.isArray(value) && value.length > readable)
    return { sha256: sha256Of(`[${value.map((one) => JSON.stringify(one, shorten)).join(",")}]`) };
  return value;
}
