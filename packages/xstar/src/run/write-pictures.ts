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
  type PictureRecord,
  type RunRecord,
} from "@xstar/results";
import { encodeAnimation } from "../files/animation.js";
import { writeFileAtomic } from "../files/atomic.js";
import { loadSharp } from "../files/sharp.js";

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
  const { isDrawable } = drawingOf(result.record.shape, result.record.holds);
  const animation = isDrawable && format !== "none" ? animate(ascent, i, format, record) : undefined;
  // other threads have begun to encode it, while this one goes on
  if (animation) await loadSharp();
  const files = [
    { name: `${slug}.npy`, bytes: encodeNpy(made.picture) },
    ...Object.entries(result.inputs).map(([name, all]) => ({
      name: `${slug}.${slugOf(name)}.npy`,
      bytes: encodeNpy(pictureOf(all, i)),
    })),
    ...drawFiles(record, made),
    ...spectrogramFiles(record, made),
    ...soundFiles(record, made),
  ];
  if (animation) files.push({ name: `${slug}.${format}`, bytes: await animation });
  await Promise.all(files.map(({ name, bytes }) => writeFileAtomic(join(folder, name), bytes)));
  return files.map(({ name }) => name);
}

function animate(ascent: Ascent, i: number, format: "gif" | "webp", record: PictureRecord): Promise<Uint8Array> {
  const animation = encodeAnimation(animationOf(ascent, i), { format, text: JSON.stringify(record) });
  // whoever waits for it is told
  animation.catch(() => undefined);
  return animation;
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
