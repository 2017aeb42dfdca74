import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Tensor } from "@xstar/core";
import { writeFileAtomic } from "../files/atomic.js";
import { encodeNpy } from "../files/npy.js";
import { enlarge } from "../picture/enlarge.js";
import { splitOpacity, withOpacity } from "../picture/opacity.js";
import { encodePng } from "../picture/png.js";
import { rawView } from "../picture/view.js";
import { recordKeyword } from "../record/picture-files.js";
import type { PictureRecord, RunRecord } from "../record/run-record.js";
import type { Climbed } from "./climber.js";

/** A target that has its picture. */
export interface DonePicture {
  readonly target: string;
  readonly slug: string;
  readonly climbed: Climbed;
}

/** What all pictures of a folder carry. */
export interface ManyFacts {
  readonly run: Omit<RunRecord, "pictures" | "ascent" | "stopped">;
  /** The start in the words of the command line; null where the parameterization begins by itself. */
  readonly start: string | null;
}

/** Pixels that a small picture is enlarged to, about. */
const comfortable = 224;

/**
 * Writes a picture as PNG (as .npy where it cannot be looked at) and as JSON all that is known of it; both repeat the run
 * of this picture alone. Gives their names in the folder.
 */
export async function writePicture(
  folder: string,
  { target, slug, climbed }: DonePicture,
  { run, start }: ManyFacts,
): Promise<{ readonly file: string; readonly record: string }> {
  const { picture, step, curve, watch, ended, redirected, warnings, seconds } = climbed;
  const isDrawable = picture.shape.length === 2 || picture.shape.length === 3;
  const [file, record] = [`${slug}.${isDrawable ? "png" : "npy"}`, `${slug}.json`];
  const job = { target, start, slug };
  const own: RunRecord = { ...run, pictures: [job], stopped: null, ascent: climbed.record };
  const sha256 = hashOf(picture);
  const facts = {
    step,
    redirected,
    warnings,
    sha256,
    files: [file],
    activation: { start: curve[0], end: curve[step] },
    curve: [...curve],
    watch: Object.fromEntries(Object.entries(watch).map(([name, values]) => [name, [...values]])),
  };
  const content = { ...own, ended, stepsTaken: curve.length - 1, seconds, pictures: [{ ...job, ...facts }] };
  const carried: PictureRecord = { ...own, picture: 0, step, sha256 };
  await writeFileAtomic(join(folder, file), isDrawable ? encode(picture, carried, target) : encodeNpy(picture));
  await writeFileAtomic(join(folder, record), `${JSON.stringify(content, undefined, 1)}\n`);
  return { file, record };
}

function encode({ shape, data }: Tensor, record: PictureRecord, target: string): Uint8Array {
  const { colours, opacity } = splitOpacity({ shape, data: data as Float32Array }, record.ascent.shape[1] ?? 0);
  const view = rawView(colours).picture;
  const picture = opacity ? withOpacity(view, opacity) : view;
  const scale = Math.max(1, Math.round(comfortable / Math.max(picture.width, picture.height)));
  const text = { Software: `xstar ${record.xstar}`, Title: target, [recordKeyword]: JSON.stringify(record) };
  return encodePng(enlarge(picture, scale), text);
}

function hashOf({ data }: Tensor): string {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}
