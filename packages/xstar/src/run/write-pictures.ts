import { join } from "node:path";
import type { Shape } from "@xstar/core";
import { drawFiles, recordOfAscent, recordOfPicture, type Ascent } from "@xstar/runs";
import { drawingOf, encodeNpy, enlarge, enlargementFor, pictureOf, type RunRecord } from "@xstar/results";
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
  const { slug } = facts.pictures[i]!;
  const made = {
    picture: pictureOf(result.picture, i),
    step: result.steps[i]!,
    start: pictureOf(frames.first, i),
    attribution: result.attribution ? pictureOf(result.attribution, i) : undefined,
  };
  const record = recordOfPicture(run, i, made);
  const drawn = drawFiles(record, made);
  const files = [{ name: `${slug}.npy`, bytes: encodeNpy(made.picture) }, ...drawn];
  if (drawn.length > 0 && format !== "none") {
    // all frames on the scale of the picture, so that it looks as in the PNG file
    const { raw } = drawingOf(record.ascent.shape);
    const animation = frames.pictures.map((frame) => {
      const one = raw(pictureOf(frame, i), made.picture);
      return enlarge(one, enlargementFor(one, comfortable));
    });
    const bytes = await encodeAnimation(animation, { format, text: JSON.stringify(record) });
    files.push({ name: `${slug}.${format}`, bytes });
  }
  for (const { name, bytes } of files) await writeFileAtomic(join(folder, name), bytes);
  return files.map(({ name }) => name);
}
