import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AscentResult, Tensor } from "@xstar/core";
import { encodeAnimation } from "../files/animation.js";
import { writeFileAtomic } from "../files/atomic.js";
import { encodeNpy } from "../files/npy.js";
import type { ModelFile } from "../load.js";
import { enlarge, enlargementFor } from "../picture/enlarge.js";
import { encodePng } from "../picture/png.js";
import { recordKeyword } from "../record/picture-files.js";
import { thisPlatform } from "../record/platform.js";
import type { PictureRecord, RunRecord } from "../record/run-record.js";
import { version } from "../version.js";
import type { RunFacts } from "./ascent-checkpoint.js";
import { drawingOf, pictureOf } from "./draw.js";
import type { Frames } from "./frames.js";
import type { ClassShare } from "./likeliest.js";

/** A finished (or stopped) ascent with all that is said about it. */
export interface Ascent {
  readonly model: ModelFile;
  readonly facts: RunFacts;
  readonly result: AscentResult;
  readonly frames: Frames;
  readonly seconds: number;
  /** The likeliest classes of each picture, best first; undefined when the model is no classifier. */
  readonly top: readonly (readonly ClassShare[])[] | undefined;
}

export interface WriteOptions {
  readonly folder: string;
  readonly format: "gif" | "webp" | "none";
  /** Enlargement of the pictures; about `comfortable` pixels when left out. */
  readonly scale?: number;
}

/** Pixels that a picture is shown with. */
const comfortable = 280;

/** What every picture of an ascent carries. */
export function recordOf({ facts, result }: Ascent): RunRecord {
  const stopped = result.ended === "aborted" ? result.last.index : null;
  return { ...facts, platform: thisPlatform(), stopped, ascent: result.record };
}

/** SHA-256 of a picture's numbers. */
export function pixelHash({ data }: Tensor): string {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** Writes the files of every picture and `run.json`; returns their names in the folder, by picture. */
export async function writeAscent(ascent: Ascent, options: WriteOptions): Promise<string[][]> {
  const { facts, result, seconds, top } = ascent;
  const run = recordOf(ascent);
  const files = await Promise.all(facts.pictures.map((_, i) => writePicture(ascent, run, i, options)));
  const record = {
    ...run,
    ended: result.ended,
    stepsTaken: result.last.index,
    seconds,
    pictures: facts.pictures.map((job, i) => ({
      ...job,
      files: files[i],
      step: result.steps[i],
      redirected: result.redirected[i],
      warnings: result.warnings[i],
      sha256: pixelHash(pictureOf(result.picture, i)),
      activation: { start: result.curve[0]![i], end: activationOf(result, i) },
      top: top?.[i] ?? null,
      curve: result.curve.map((objective) => objective[i]),
    })),
  };
  await writeFileAtomic(join(options.folder, "run.json"), `${JSON.stringify(record, undefined, 2)}\n`);
  return files;
}

/** The objective of the picture that is the result. */
export function activationOf({ curve, steps }: AscentResult, i: number): number {
  return curve[steps[i]!]![i]!;
}

async function writePicture(ascent: Ascent, run: RunRecord, i: number, options: WriteOptions): Promise<string[]> {
  const { facts, frames, result } = ascent;
  const { target, slug } = facts.pictures[i]!;
  const { folder, format } = options;
  const picture = pictureOf(result.picture, i);
  const drawing = drawingOf(result.record.shape);
  const written: string[] = [];
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFileAtomic(join(folder, name), bytes);
    written.push(name);
  };
  await write(`${slug}.npy`, encodeNpy(picture));
  if (!drawing.isDrawable) return written;

  const record: PictureRecord = { ...run, picture: i, step: result.steps[i]!, sha256: pixelHash(picture) };
  const text = JSON.stringify(record);
  const raw = drawing.raw(picture);
  const change = drawing.change(picture, pictureOf(frames.first, i));
  const scale = options.scale ?? Math.ceil(comfortable / Math.max(raw.width, raw.height));
  const about = { Software: `xstar ${version}`, [recordKeyword]: text };
  await write(`${slug}.png`, encodePng(enlarge(raw, scale), { ...about, Title: target }));
  await write(`${slug}.change.png`, encodePng(enlarge(change, scale), { ...about, Title: `${target}: change` }));
  if (format === "none") return written;
  // all frames on the scale of the picture, so that it looks as in the PNG file
  const animation = frames.pictures.map((frame) => {
    const drawn = drawing.raw(pictureOf(frame, i), picture);
    return enlarge(drawn, enlargementFor(drawn, comfortable));
  });
  await write(`${slug}.${format}`, await encodeAnimation(animation, { format, text }));
  return written;
}
