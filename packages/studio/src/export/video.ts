import { XstarError } from "@xstar/core";
import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import type { MadeFile } from "../engine/protocol.js";
import type { Film } from "./film.js";

/** An MP4, or a WebM where the browser encodes no H.264. Throws `bad-argument` where it encodes neither. */
export async function encodeVideo({ frames, durations }: Film, name: string): Promise<MadeFile> {
  const [{ width, height }] = frames as [Film["frames"][0], ...Film["frames"]];
  const [wide, high] = [width + (width % 2), height + (height % 2)];
  const size = { width: wide, height: high };
  const codec =
    (await getFirstEncodableVideoCodec(["avc"], size)) ??
    (await getFirstEncodableVideoCodec(["vp9", "vp8", "av1"], size));
  if (!codec) throw new XstarError("bad-argument", "This browser encodes no video", { hint: "Take the GIF" });
  const isMp4 = codec === "avc";
  const target = new BufferTarget();
  const output = new Output({ format: isMp4 ? new Mp4OutputFormat() : new WebMOutputFormat(), target });
  const canvas = new OffscreenCanvas(wide, high);
  const context = canvas.getContext("2d")!;
  const source = new CanvasSource(canvas, { codec, bitrate: 4e6 });
  output.addVideoTrack(source);
  await output.start();
  let at = 0;
  for (const [i, frame] of frames.entries()) {
    context.putImageData(new ImageData(frame.data, width, height), 0, 0);
    const seconds = durations[i]! / 1000;
    await source.add(at, seconds);
    at += seconds;
  }
  await output.finalize();
  const ending = isMp4 ? "mp4" : "webm";
  return { name: `${name}.${ending}`, type: `video/${ending}`, bytes: new Uint8Array(target.buffer!) };
}
