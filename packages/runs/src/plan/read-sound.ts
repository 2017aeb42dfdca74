import { planesOfInput, XstarError, type InputKind, type Shape } from "@xstar/core";
import { decodeWav, resampled } from "@xstar/results";
import type { Store } from "./store.js";

interface SoundOptions {
  /** Of the input, without the batch. */
  readonly shape: Shape;
  readonly holds: InputKind | undefined;
  readonly files: Pick<Store, "read">;
}

/**
 * A .wav file as the numbers of a signal of `shape`: at the model's rate where that is known, cut at its end or followed by silence;
 * of several channels their mean where the model takes another number of them. With a note on what was done to it. Throws
 * `bad-argument` for inputs that are no signals, `bad-data` and `file-not-readable` for the file.
 */
export async function readSound(
  path: string,
  { shape, holds, files }: SoundOptions,
): Promise<{ readonly values: Float32Array; readonly note: string | undefined }> {
  const planes = holds && planesOfInput([1, ...shape], holds);
  if (!holds || !planes?.isLine)
    throw new XstarError(
      "bad-argument",
      `The sound "${path}" does not fit an input of shape [${shape}], which is no signal`,
      {
        hint: "Where it is one, say so: --kind audio",
      },
    );
  const read = decodeWav(await files.read(path), `"${path}"`);
  const sound = holds.rate === undefined ? read : resampled(read, holds.rate);
  const [, count, , length] = planes.shape as [number, number, number, number];
  const fits = sound.channels.length === count;
  const channels = fits ? sound.channels : Array.from({ length: count }, () => mean(sound.channels));
  const data = new Float32Array(count * length);
  channels.forEach((channel, c) => data.set(channel.subarray(0, length), c * length));
  const had = sound.channels[0]!.length;
  const notes = [
    holds.rate !== undefined &&
      read.rate !== holds.rate &&
      `brought from ${read.rate} to ${holds.rate} samples a second`,
    had > length && `cut to its first ${length} of ${had} samples`,
    had < length && `followed by ${length - had} samples of silence`,
    !fits && `the mean of its ${sound.channels.length} channels`,
  ].filter((note) => note !== false);
  return {
    values: planes.restoreTensor({ dtype: "float32", shape: planes.shape, data }).data as Float32Array,
    note: notes.length > 0 ? `The sound "${path}" is ${notes.join(", ")}` : undefined,
  };
}

function mean(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (channels.length === 1) return first!;
  return first!.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}
