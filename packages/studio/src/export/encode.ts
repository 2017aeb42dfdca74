import { XstarError } from "@xstar/core";
import type { MadeFile } from "../engine/protocol.js";
import type { Film } from "./film.js";
import { encodeWebp } from "./webp.js";

/** A film as a file. Throws `bad-argument` where the browser has no encoder for it. */
export async function encodeFilm(film: Film, kind: "gif" | "webp" | "mp4", name: string): Promise<MadeFile> {
  if (kind === "gif") return { name: `${name}.gif`, type: "image/gif", bytes: await encodeGif(film) };
  if (kind === "webp") return { name: `${name}.webp`, type: "image/webp", bytes: await encodeWebp(film) };
  const { encodeVideo } = await import("./video.js");
  return encodeVideo(film, name);
}

async function encodeGif({ frames, durations }: Film): Promise<Uint8Array<ArrayBuffer>> {
  const { GIFEncoder, applyPalette, quantize } = await import("gifenc");
  const gif = GIFEncoder();
  // one palette for all frames: colours that jump would look like change
  const sample = new Uint8ClampedArray(
    frames.flatMap(({ data }, i) => (i % 8 === 0 || i === frames.length - 1 ? [...data] : [])),
  );
  const palette = quantize(sample, 256);
  frames.forEach(({ data, width, height }, i) => {
    const delay = durations[i]!;
    gif.writeFrame(applyPalette(data, palette), width, height, i === 0 ? { palette, delay, repeat: 0 } : { delay });
  });
  gif.finish();
  if (frames.length === 0) throw new XstarError("bad-argument", "There are no frames yet");
  return new Uint8Array(gif.bytes());
}
