import { probe, size, tensor } from "@xstar/core";
import {
  decodeSurvey,
  encodeNpy,
  sha256Of,
  type AtlasClasses,
  type AtlasFile,
  type AtlasLayerEntry,
  type AtlasLayerFile,
  type ImageCodec,
  type Picture,
  type Rows,
  type Survey,
  type TileSheets,
} from "@xstar/results";
import { jobId, type ContentJob, type PicturesJob } from "../jobs/job.js";
import type { ResultStore } from "../jobs/stores.js";
import { decodePictures } from "../jobs/picture-file.js";
import { layerFacts } from "./layer-facts.js";
import { isDone, type UnitState } from "./layer-sources.js";
import type { AtlasLayer, AtlasPlan } from "./plan-atlas.js";
import { asData, numbered, type AtlasPart, type AtlasSources } from "./part.js";
import { createReal } from "./real-tiles.js";
import { drawSheets, thumbnailQuality, tileOf, tilesOfSheet } from "./sheets.js";

/** Units of a layer on the sheet of all layers. */
const stripLength = 12;
/** Units that are named of a class. */
const unitsOfClass = 60;

/** All data and pictures of an atlas from what its jobs gave, as far as they are done: a pure function of that. */
export async function* assembleAtlas(sources: AtlasSources): AsyncGenerator<AtlasPart, void> {
  const { plan, codec, store } = sources;
  const [, height, width] = plan.input as readonly [number, number, number];
  const thumbnails: TileSheets = { ...tileOf(height, width, plan.settings.sides.thumbnail), ...tilesOfSheet };
  const ending = thumbnails.isPixelated ? "png" : "webp";
  const real = await createReal(sources, height, width);
  const readSurveys = keepSurveys(plan, store);
  const entries: AtlasLayerEntry[] = [];
  const strips: Uint8Array[] = [];
  const speaking: [layer: number, unit: number, amount: number][][] = Array.from(
    { length: plan.classes ?? 0 },
    () => [],
  );
  for (const [at, layer] of plan.layers.entries()) {
    const made = await readUnits(layer.jobs, store);
    const units = Array.from({ length: layer.units }, (_, i) => made[i]);
    const negative = layer.negative && (await readUnits(layer.negative, store));
    const diverse = layer.diverse && (await Promise.all(layer.diverse.map((job) => readUnits([job], store))));
    const decode = (i: number) => thumbnailOf(units[i], thumbnails, codec);
    const surveys = await readSurveys(layer.name);
    real.count(surveys);
    const facts = await layerFacts({
      layer,
      units,
      negative,
      diverse,
      surveys,
      features: plan.features,
      tiles: real,
      weights: await weightsOf(sources, layer),
      runtime: sources.model.runtime,
    });
    let sheet = 0;
    for await (const bytes of drawSheets(units.length, thumbnails, decode, codec, thumbnailQuality))
      yield { path: `s/${layer.slug}-${numbered(sheet++)}.${ending}`, bytes };
    yield* picturesOf(units, (i) => `f/${layer.slug}/${i}.webp`);
    yield* picturesOf(negative ?? [], (i) => `f/${layer.slug}/${i}-negative.webp`);
    for (const [i, all] of (diverse ?? []).entries())
      yield* picturesOf(all, (which) => `f/${layer.slug}/${i}-diverse-${which}.webp`);
    yield* asData(`d/${layer.slug}`, facts);
    if (layer.vectors) yield vectorsFile(layer.slug, layer.vectors);
    const strip = stripOf(facts);
    entries.push(entryOf(layer, facts, strip));
    for (const i of strip) strips.push((units[i] as { readonly thumbnail: Uint8Array }).thumbnail);
    facts.real?.classes?.forEach((all, unit) =>
      all.forEach(([index, amount]) => speaking[index]?.push([at, unit, amount])),
    );
    sources.onLayer?.(at + 1, plan.layers.length);
  }
  const sheet: TileSheets = {
    ...thumbnails,
    columns: stripLength,
    perSheet: Math.max(1, plan.layers.length * stripLength),
  };
  const rows = entries.flatMap(({ strip }) => Array.from({ length: stripLength }, (_, i) => strip[i] !== undefined));
  let next = 0;
  const inRow = rows.map((isThere) => (isThere ? strips[next++] : undefined));
  const readStrip = async (i: number) =>
    inRow[i] && codec.decode(inRow[i], Math.max(thumbnails.width, thumbnails.height));
  for await (const bytes of drawSheets(rows.length, sheet, readStrip, codec, thumbnailQuality))
    yield { path: `s/all.${ending}`, bytes };
  yield* real.parts();
  if (plan.classes !== undefined && plan.settings.data) yield* asData("classes", classesOf(speaking));
  yield* asData("atlas", fileOf(sources, { thumbnails, entries, data: real.data() }));
}

/** The thumbnail of a unit, as large as it is: its longer side is that of a tile. */
async function thumbnailOf(
  unit: UnitState,
  { width, height }: TileSheets,
  codec: ImageCodec,
): Promise<Picture | undefined> {
  return isDone(unit) ? codec.decode(unit.thumbnail, Math.max(width, height)) : undefined;
}

/** What the units of a layer multiply their inputs with. */
async function weightsOf(
  { model, plan }: AtlasSources,
  { name, units, vectors }: AtlasLayer,
): Promise<Rows | undefined> {
  if (vectors) return vectors;
  let isKnown = false;
  const opened = await probe(model, plan.settings.network, (look) => {
    const weights = look.weights(name);
    isKnown = weights !== undefined;
    return { weights: weights ?? look.pictures };
  });
  try {
    if (!isKnown) return undefined;
    const { weights } = await opened.run(tensor("float32", new Float32Array(size(opened.shape)), opened.shape));
    return { count: units, data: weights!.data as Float32Array };
  } finally {
    await opened.release();
  }
}

function* picturesOf(units: readonly UnitState[], pathOf: (i: number) => string): Generator<AtlasPart> {
  for (const [i, one] of units.entries()) if (isDone(one)) yield { path: pathOf(i), bytes: one.picture };
}

function vectorsFile(slug: string, { count, data }: Rows): AtlasPart {
  const bytes = encodeNpy({ dtype: "float32", shape: [count, data.length / count], data });
  return { path: `v/${slug}.npy`, bytes };
}

/** What became of what jobs make pictures of. A job that was set aside has its reason for all of them. */
async function readUnits(jobs: readonly PicturesJob[], store: ResultStore): Promise<UnitState[]> {
  const units: UnitState[] = [];
  for (const job of jobs) {
    const id = jobId(job);
    const bytes = await store.get(id);
    const made = bytes && decodePictures(bytes);
    const failure = made ? undefined : await store.failure(id);
    units.push(
      ...job.goals.map(({ target }, i) => made?.[i] ?? (failure === undefined ? undefined : { target, failure })),
    );
  }
  return units;
}

/** Reads what jobs saw of real pictures once for all layers that share it. */
function keepSurveys({ surveys }: AtlasPlan, store: ResultStore) {
  let kept: { readonly jobs: readonly ContentJob[]; readonly read: Survey[] } | undefined;
  return async (layer: string): Promise<Survey[]> => {
    const jobs = surveys.get(layer) ?? [];
    if (kept?.jobs !== jobs) {
      const read: Survey[] = [];
      for (const job of jobs) {
        const bytes = await store.get(jobId(job));
        const survey = bytes && decodeSurvey(bytes);
        if (survey) read.push(survey);
      }
      kept = { jobs, read: read.length === jobs.length ? read : [] };
    }
    return kept.read;
  };
}

/** Units for a row that shows what a layer is like: evenly spaced among those that have a picture. */
function stripOf({ status }: AtlasLayerFile): number[] {
  const done = status.flatMap((one, i) => (one === "done" ? [i] : []));
  const count = Math.min(stripLength, done.length);
  return Array.from({ length: count }, (_, i) => done[Math.floor((i * done.length) / count)]!);
}

function entryOf(layer: AtlasLayer, { status }: AtlasLayerFile, strip: readonly number[]): AtlasLayerEntry {
  const { name, slug, opType, shape, width, units, field, directions } = layer;
  const countOf = (wanted: string) => status.filter((one) => one === wanted).length;
  const state = { done: countOf("done"), failed: countOf("failed") };
  return { name, slug, opType, shape, width, units, ...state, field, strip, ...(directions && { directions }) };
}

function classesOf(speaking: readonly (readonly [number, number, number])[][]): AtlasClasses {
  return speaking.map((all) =>
    all.toSorted((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]).slice(0, unitsOfClass),
  );
}

interface Assembled {
  readonly thumbnails: TileSheets;
  readonly entries: readonly AtlasLayerEntry[];
  readonly data: AtlasFile["data"];
}

function fileOf({ plan, name, labels }: AtlasSources, { thumbnails, entries, data }: Assembled): AtlasFile {
  const { xstar, model, recipe, ascent } = plan.settings;
  const { classes } = plan;
  return {
    format: 1,
    xstar,
    model: { name, sha256: model.sha256 },
    input: plan.input,
    recipe,
    steps: Number(ascent["steps"]),
    seed: Number(ascent["seed"] ?? 0),
    classes: classes === undefined ? null : Array.from({ length: classes }, (_, i) => labels?.[i] ?? String(i)),
    tiles: thumbnails,
    data,
    layers: entries,
  };
}

/** `SHA256SUMS` of the files of an atlas, as `sha256sum --check` reads it. */
export function checksums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sum]) => `${sum}  ${path}\n`)
    .join("");
}

/** A file's checksum. */
export const sumOf = ({ bytes }: AtlasPart): string => sha256Of(bytes);
