import { XstarError } from "@xstar/core";
import { readXmp } from "../codecs/xmp.js";
import { enlarge } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { encodePng, readPngText } from "../codecs/png.js";
import { endingOf } from "./paths.js";
import { animationFormats, type Job, type PictureRecord, type RunRecord } from "./run-record.js";

/** The keyword of a record in a PNG file. */
const recordKeyword = "xstar";

/** A drawn picture as a PNG file, enlarged as its record says, which it carries. */
export function encodeRecorded(drawn: Picture, record: PictureRecord, title: string): Uint8Array {
  const text = { Software: `xstar ${record.xstar}`, [recordKeyword]: JSON.stringify(record), Title: title };
  return encodePng(enlarge(drawn, record.scale ?? 1), text);
}

/** A record with the file that it was read from. */
export interface FoundRecord {
  readonly path: string;
  readonly record: RunRecord;
  /** SHA-256 of the numbers of each picture that it tells of; undefined for those that it does not know. */
  readonly pixels: readonly (string | undefined)[];
  /** Of each picture its objective at step 0: a picture knows its own, `run.json` those of all. */
  readonly begun: readonly (number | undefined)[];
}

/**
 * The record in a picture that xstar made (PNG, WebP), or in a `run.json`. Throws `bad-data` for a file without one.
 *
 * @example
 * const { record } = findRecord(await readFile("conv2-7.png"), "conv2-7.png");
 */
export function findRecord(bytes: Uint8Array, path: string): FoundRecord {
  const text = recordText(path, bytes);
  const record = parseRecord(text);
  if (!record) {
    throw new XstarError("bad-data", `"${path}" carries no record of a run of xstar maximize`, {
      hint: "Give a picture (PNG or WebP) as xstar wrote it, or the run.json beside it",
    });
  }
  return { path, record, pixels: hashesIn(record), begun: beginningsIn(record) };
}

function recordText(path: string, bytes: Uint8Array): string | undefined {
  const ending = endingOf(path);
  if (ending === ".json") return new TextDecoder().decode(bytes);
  if (ending === ".webp") return readXmp(bytes);
  return readPngText(bytes)?.[recordKeyword];
}

/** The largest enlargement of a record: of a picture of one pixel. */
const maxScale = 280;

/** A record that a stranger made must not choose where files are written. */
const fileName = /^[a-z0-9][a-z0-9.-]*$/;

const isText = (x: unknown): x is string => typeof x === "string";

function parseRecord(text = ""): RunRecord | undefined {
  try {
    const record = JSON.parse(text) as RunRecord;
    const { model, models, generators, images, starts, inputs, pictures, ascent, scale = 1, format = "none" } = record;
    const files = [model, ...[models, generators, images, starts, inputs].flatMap((one) => Object.values(one))];
    const isWhole =
      files.every(({ path, sha256 }) => isText(path) && isText(sha256)) &&
      pictures.every(({ target, slug }) => isText(target) && isText(slug) && fileName.test(slug)) &&
      Number.isInteger(scale) &&
      scale >= 1 &&
      scale <= maxScale &&
      animationFormats.includes(format) &&
      ascent.objectives.length === pictures.length &&
      [ascent.parameterization, ascent.optimizer, ascent.schedule].every(({ type }) => isText(type)) &&
      [ascent.transforms, ascent.overrides, ascent.shape].every(Array.isArray) &&
      [ascent.inputs, ascent.shapes, ascent.models].every((one) => typeof one === "object" && one !== null);
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

/** A picture knows its own hash, `run.json` those of all. */
function hashesIn(record: RunRecord & Partial<PictureRecord>): (string | undefined)[] {
  return record.pictures.map((one: Job & { readonly sha256?: string }, i) =>
    record.picture === i ? record.sha256 : one.sha256,
  );
}

function beginningsIn(record: RunRecord & Partial<PictureRecord>): (number | undefined)[] {
  return record.pictures.map((one: Job & { readonly curve?: unknown }, i) => {
    const begun =
      record.picture === i ? record.begun : Array.isArray(one.curve) ? (one.curve[0] as unknown) : undefined;
    return typeof begun === "number" ? begun : undefined;
  });
}
