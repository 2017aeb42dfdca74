import { XstarError } from "@xstar/core";
import { longestWebp, xmpOf, type Picture } from "@xstar/results";
import { loadSharp } from "./sharp.js";

export interface AnimationOptions {
  readonly format: "gif" | "webp";
  /** Milliseconds for which a frame is shown; the first stays for at least 500, the last for 1500. */
  readonly frameMs?: number;
  /** A text that a WebP file carries (as XMP, for `readXmp`); GIF has no place for it. */
  readonly text?: string;
}

/**
 * The frames as an animation that repeats for ever: lossless WebP, or GIF (at most 256 colours, without dithering).
 * Transparency is ignored. The same frames give the same bytes. Throws `bad-argument`.
 */
export async function encodeAnimation(frames: readonly Picture[], options: AnimationOptions): Promise<Uint8Array> {
  const { format, frameMs = 80, text } = options;
  const [first] = frames;
  if (!first) throw new XstarError("bad-argument", "An animation needs at least one frame");
  const { width, height } = first;
  const odd = frames.findIndex((frame) => frame.width !== width || frame.height !== height);
  if (odd >= 0) {
    const { width: w, height: h } = frames[odd]!;
    throw new XstarError(
      "bad-argument",
      `Frame ${odd} of the animation is ${w}x${h}, but the first is ${width}x${height}`,
    );
  }

  if (format === "webp" && Math.max(width, height) > longestWebp) {
    throw new XstarError("bad-argument", `A WebP holds ${longestWebp} pixels a side, fewer than ${width}x${height}`, {
      hint: "Take a GIF (--format gif), or no animation (--format none)",
    });
  }

  const delay = frames.map(() => frameMs);
  delay[0] = Math.max(500, frameMs);
  delay[frames.length - 1] = Math.max(1500, frameMs);
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const;
  const sharp = await loadSharp();
  const strip = sharp(stack(frames), { raw, limitInputPixels: false }).removeAlpha();
  const animation =
    format === "webp"
      ? strip.webp({ lossless: true, effort: 0, loop: 0, delay })
      : strip.gif({ dither: 0, effort: 4, loop: 0, delay, keepDuplicateFrames: true });
  return (text === undefined || format === "gif" ? animation : animation.withXmp(xmpOf(text))).toBuffer();
}

function stack(frames: readonly Picture[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((length, { data }) => length + data.length, 0));
  for (const [i, { data }] of frames.entries()) bytes.set(data, i * data.length);
  return bytes;
}
