import { XstarError } from "@xstar/core";
import type { Film } from "./film.js";

/** An animated WebP without loss: the browser encodes each frame, and they are put into one RIFF file (VP8X, ANIM, ANMF). */
export async function encodeWebp({ frames, durations }: Film): Promise<Uint8Array<ArrayBuffer>> {
  const [{ width, height }] = frames as [Film["frames"][0], ...Film["frames"]];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  const parts: Uint8Array[] = [];
  for (const [i, frame] of frames.entries()) {
    context.putImageData(new ImageData(frame.data, width, height), 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 1 });
    if (blob.type !== "image/webp")
      throw new XstarError("bad-argument", "This browser writes no WebP", { hint: "Take the GIF" });
    const file = new Uint8Array(await blob.arrayBuffer());
    parts.push(
      chunk("ANMF", [u24(0), u24(0), u24(width - 1), u24(height - 1), u24(durations[i]!), [2], imageChunks(file)]),
    );
  }
  const head = chunk("VP8X", [[0x12, 0, 0, 0], u24(width - 1), u24(height - 1)]);
  const loop = chunk("ANIM", [
    [0, 0, 0, 0],
    [0, 0],
  ]);
  return chunk("RIFF", [text("WEBP"), head, loop, ...parts]);
}

/** Of a WebP file the chunks that hold its picture. */
function imageChunks(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const kept: Uint8Array[] = [];
  for (let at = 12; at + 8 <= file.length;) {
    const name = String.fromCharCode(...file.subarray(at, at + 4));
    const length = 8 + view.getUint32(at + 4, true);
    if (name === "ALPH" || name.startsWith("VP8 ") || name === "VP8L")
      kept.push(file.subarray(at, at + length + (length & 1)));
    at += length + (length & 1);
  }
  return joined(kept);
}

const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
const u24 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255];

function chunk(name: string, parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const body = joined(parts);
  const size = new Uint8Array(new Uint32Array([body.length]).buffer);
  return joined([text(name), size, body, ...(body.length % 2 === 1 ? [[0]] : [])]);
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
