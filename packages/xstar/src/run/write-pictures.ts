import { join } from "node:path";
import type { InputKind, Tensor } from "@xstar/core";
import {
  drawFiles,
  recordOfAscent,
  recordOfPicture,
  slugOf,
  soundFiles,
  spectrogramFiles,
  type Ascent,
} from "@xstar/runs";
import {
  drawFrames,
  drawingOf,
  encodeNpy,
  enlarge,
  enlargementFor,
  framesOf,
  pictureOf,
  type Picture,
  type RunRecord,
} from "@xstar/results";
import { encodeAnimation } from "../files/animation.js";
import { writeFileAtomic } from "../files/atomic.js";

/** Pixels that a picture is shown with. */
const comfortable = 280;

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
    begun: result.curve[0]![i]!,
    start: pictureOf(frames.first, i),
    attribution: result.attribution ? pictureOf(result.attribution, i) : undefined,
  };
  const record = recordOfPicture(run, i, made);
  const drawn = drawFiles(record, made);
  const files = [
    { name: `${slug}.npy`, bytes: encodeNpy(made.picture) },
    ...Object.entries(result.inputs).map(([name, all]) => ({
      name: `${slug}.${slugOf(name)}.npy`,
      bytes: encodeNpy(pictureOf(all, i)),
    })),
    ...drawn,
    ...spectrogramFiles(record, made),
    ...soundFiles(record, made),
  ];
  if (drawn.length > 0 && format !== "none") {
    const bytes = await encodeAnimation(animationOf(ascent, i), { format, text: JSON.stringify(record) });
    files.push({ name: `${slug}.${format}`, bytes });
  }
  for (const { name, bytes } of files) await writeFileAtomic(join(folder, name), bytes);
  return files.map(({ name }) => name);
}

/** A video plays; of anything else all steps are seen. */
function animationOf({ frames, result }: Ascent, i: number): Picture[] {
  const { shape, holds } = result.record;
  const picture = pictureOf(result.picture, i);
  if (holds?.kind === "video") return playing(picture, holds);
  // all frames on the scale of the picture, so that it looks as in the PNG file
  const { raw } = drawingOf(shape, holds);
  return frames.pictures.map((frame) => {
    const one = raw(pictureOf(frame, i), picture);
    return enlarge(one, enlargementFor(one, comfortable));
  });
}

/** The frames of a video. */
function playing(picture: Tensor, holds: InputKind): Picture[] {
  const frames = framesOf(picture, holds);
  return drawFrames(frames, frames);
}
