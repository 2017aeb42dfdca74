import { XstarError } from "@xstar/core";

/** Sound as numbers, mostly from -1 to 1. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  /** Of equal length. */
  readonly channels: readonly Float32Array[];
}

const pcm = 1;
const float = 3;
const extensible = 0xfffe;
const headBytes = 58;

/** A WAV file of 32-bit floats, which hold the numbers as they are. Throws `bad-argument`. */
export function encodeWav({ rate, channels }: Sound): Uint8Array<ArrayBuffer> {
  const frames = channels[0]?.length ?? 0;
  const whole = Math.round(rate);
  if (channels.length === 0 || channels.length > 65535 || !(whole > 0))
    throw new XstarError("bad-argument", `No WAV file has ${channels.length} channels at ${rate} samples a second`);
  const frameBytes = 4 * channels.length;
  const dataBytes = frames * frameBytes;
  const bytes = new Uint8Array(headBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, "RIFF");
  view.setUint32(4, headBytes - 8 + dataBytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 18, true);
  view.setUint16(20, float, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, whole, true);
  view.setUint32(28, whole * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 32, true);
  text(38, "fact");
  view.setUint32(42, 4, true);
  view.setUint32(46, frames, true);
  text(50, "data");
  view.setUint32(54, dataBytes, true);
  channels.forEach((channel, c) =>
    channel.forEach((x, i) => view.setFloat32(headBytes + i * frameBytes + 4 * c, x, true)),
  );
  return bytes;
}

/** How numbers of one coding are read. */
interface Coding {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

/** By format and bits. */
const codings: Readonly<Record<string, Coding>> = {
  [`${pcm} 8`]: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 2 ** 7 },
  [`${pcm} 16`]: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  [`${pcm} 24`]: {
    bytes: 3,
    read: (view, at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23,
  },
  [`${pcm} 32`]: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  [`${float} 32`]: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  [`${float} 64`]: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/** The sound in a WAV file of whole numbers (8, 16, 24 or 32 bits) or floats. Throws `bad-data`, naming `source`. */
export function decodeWav(bytes: Uint8Array, source = "the .wav file"): Sound {
  const fail = (problem: string, hint?: string) =>
    new XstarError("bad-data", `${source} ${problem}`, hint ? { hint } : {});
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (text(0) !== "RIFF" || text(8) !== "WAVE") throw fail("is no WAV file: it does not begin with RIFF and WAVE");
  let format: { readonly coding: Coding; readonly count: number; readonly rate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, length] = [text(at), view.getUint32(at + 4, true)];
    const from = at + 8;
    if (name === "fmt ") {
      if (length < 16 || from + length > bytes.length) throw fail("has a damaged header");
      const tag = view.getUint16(from, true);
      const kind = tag === extensible && length >= 26 ? view.getUint16(from + 24, true) : tag;
      const bits = view.getUint16(from + 14, true);
      const coding = codings[`${kind} ${bits}`];
      if (!coding)
        throw fail(`holds sound of format ${kind} with ${bits} bits, which is not read`, "Save it as PCM or as floats");
      format = { coding, count: view.getUint16(from + 2, true), rate: view.getUint32(from + 4, true) };
      if (format.count === 0 || format.rate === 0) throw fail("has a damaged header");
    }
    if (name === "data") {
      if (!format) throw fail("has no format before its data");
      const { coding, count, rate } = format;
      // a file that was still being written says 0 or too much
      const present = Math.min(length, bytes.length - from);
      const frames = Math.floor(present / (coding.bytes * count));
      const channels = Array.from({ length: count }, (_, c) =>
        Float32Array.from({ length: frames }, (_, i) => coding.read(view, from + (i * count + c) * coding.bytes)),
      );
      return { rate, channels };
    }
    at = from + length + (length % 2);
  }
  throw fail("has no sound in it");
}

/** A sound at another rate: linear between its samples, of which as many are averaged first where it becomes slower. */
export function resampled({ rate, channels }: Sound, to: number): Sound {
  if (rate === to) return { rate, channels };
  const ratio = rate / to;
  const half = Math.max(0, (ratio - 1) / 2);
  return {
    rate: to,
    channels: channels.map((channel) => {
      const sums = new Float64Array(channel.length + 1);
      channel.forEach((x, i) => (sums[i + 1] = sums[i]! + x));
      const last = channel.length - 1;
      const at = (place: number) => {
        const clamped = Math.min(Math.max(place, 0), last);
        const i = Math.floor(clamped);
        return channel[i]! + (clamped - i) * ((channel[i + 1] ?? channel[i]!) - channel[i]!);
      };
      const mean = (from: number, until: number) => {
        const [a, b] = [Math.max(0, Math.round(from)), Math.min(last, Math.round(until))];
        return (sums[b + 1]! - sums[a]!) / (b + 1 - a);
      };
      return Float32Array.from({ length: Math.max(1, Math.round(channel.length / ratio)) }, (_, i) => {
        const place = (i + 0.5) * ratio - 0.5;
        return half === 0 ? at(place) : mean(place - half, place + half);
      });
    }),
  };
}
