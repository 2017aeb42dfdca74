import { join } from "node:path";
import { encodeAnimation } from "../files/animation.js";
import { writeFileAtomic } from "../files/atomic.js";
import { encodeNpy } from "../files/npy.js";
import { enlarge, enlargementFor } from "../picture/enlarge.js";
import { opacityByInfluence, withOpacity } from "../picture/opacity.js";
import { encodePng } from "../picture/png.js";
import { recordKeyword } from "../record/picture-files.js";
import type { PictureRecord, RunRecord } from "../record/run-record.js";
import { version } from "../version.js";
import { drawingOf, pictureOf } from "../picture/drawing.js";
import { pixelHash } from "../record/pixel-hash.js";
import { recordOf, type Ascent } from "./run-file.js";

export interface WriteOptions {
  readonly folder: string;
  readonly format: "gif" | "webp" | "none";
  /** Enlargement of the pictures; about `comfortable` pixels when left out. */
  readonly scale?: number;
}

/** Pixels that a picture is shown with. */
const comfortable = 280;

/** Writes the files of every picture; returns their names in the folder, by picture. */
export async function writePictures(ascent: Ascent, options: WriteOptions): Promise<string[][]> {
  const run = recordOf(ascent);
  return Promise.all(ascent.facts.pictures.map((_, i) => writePicture(ascent, run, i, options)));
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
  if (result.influence) {
    const influence = pictureOf(result.influence, i);
    const [, height, width] = influence.shape as [number, number, number];
    const opacity = opacityByInfluence({ shape: [height, width], data: influence.data as Float32Array });
    const bytes = encodePng(enlarge(withOpacity(raw, opacity), scale), { ...about, Title: `${target}: what counts` });
    await write(`${slug}.transparent.png`, bytes);
  }
  if (format === "none") return written;
  // all frames on the scale of the picture, so that it looks as in the PNG file
  const animation = frames.pictures.map((frame) => {
    const drawn = drawing.raw(pictureOf(frame, i), picture);
    return enlarge(drawn, enlargementFor(drawn, comfortable));
  });
  await write(`${slug}.${format}`, await encodeAnimation(animation, { format, text }));
  return written;
}
