import { join } from "node:path";
import type { Shape } from "@xstar/core";
import { recordOfAscent, type Ascent } from "@xstar/runs";
import {
  drawingOf,
  encodeNpy,
  encodeRecorded,
  enlarge,
  enlargementFor,
  opaqueByInfluence,
  pictureOf,
  pixelHash,
  type PictureRecord,
  type RunRecord,
} from "@xstar/results";
import { encodeAnimation } from "../files/animation.js";
import { writeFileAtomic } from "../files/atomic.js";

/** Pixels that a picture is shown with. */
const comfortable = 280;

/** The enlargement of pictures [..., height, width] to about `comfortable` pixels. */
export function usualScale(shape: Shape): number {
  return Math.ceil(comfortable / Math.max(...shape.slice(-2)));
}

/** Writes the files of every picture; returns their names in the folder, by picture. */
export async function writePictures(ascent: Ascent, folder: string): Promise<string[][]> {
  const run = recordOfAscent(ascent);
  return Promise.all(ascent.facts.pictures.map((_, i) => writePicture(ascent, run, i, folder)));
}

async function writePicture(ascent: Ascent, run: RunRecord, i: number, folder: string): Promise<string[]> {
  const { facts, frames, result, format } = ascent;
  const { target, slug } = facts.pictures[i]!;
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
  const raw = drawing.raw(picture);
  const change = drawing.change(picture, pictureOf(frames.first, i));
  await write(`${slug}.png`, encodeRecorded(raw, record, target));
  await write(`${slug}.change.png`, encodeRecorded(change, record, `${target}: change`));
  if (result.influence) {
    const counting = opaqueByInfluence(raw, pictureOf(result.influence, i));
    await write(`${slug}.transparent.png`, encodeRecorded(counting, record, `${target}: what counts`));
  }
  if (format === "none") return written;
  // all frames on the scale of the picture, so that it looks as in the PNG file
  const animation = frames.pictures.map((frame) => {
    const drawn = drawing.raw(pictureOf(frame, i), picture);
    return enlarge(drawn, enlargementFor(drawn, comfortable));
  });
  await write(`${slug}.${format}`, await encodeAnimation(animation, { format, text: JSON.stringify(record) }));
  return written;
}
