import { fourierTransform } from "@xstar/core";
import { colorAt, viridis } from "../image/colormap.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import { filledPicture, type Picture } from "../image/picture.js";

/** How strong each frequency of a signal is over time. */
export interface Spectrogram {
  /** Decibels below the strongest, [frequencies, times], from 0 Hz up. */
  readonly levels: Float32Array;
  readonly times: number;
  readonly frequencies: number;
  /** The highest frequency, half the sample rate, in hertz. */
  readonly highest: number;
  /** In seconds. */
  readonly duration: number;
}

/** Decibels below the strongest beyond which nothing is told apart. */
export const quietest = -80;

const mostTimes = 320;

/**
 * The short-time Fourier transform of a signal under a Hann window of about 32 ms (a power of two, 32 to 1024 samples, at most half
 * the signal), in decibels below the strongest. Undefined for signals of fewer than 16 samples.
 */
export function spectrogramOf(line: ArrayLike<number>, rate: number): Spectrogram | undefined {
  if (line.length < 16) return undefined;
  const wanted = 2 ** Math.round(Math.log2(rate * 0.032));
  const window = Math.min(2 ** Math.floor(Math.log2(line.length / 2)), Math.max(32, Math.min(1024, wanted)));
  const room = line.length - window;
  const times = Math.max(1, Math.min(mostTimes, Math.floor(room / (window / 4)) + 1));
  const frequencies = window / 2 + 1;
  const bell = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window));
  const power = new Float64Array(frequencies * times);
  let strongest = 0;
  for (let t = 0; t < times; t++) {
    const from = times === 1 ? 0 : Math.round((t * room) / (times - 1));
    const re = Float64Array.from(bell, (weight, i) => weight * line[from + i]!);
    const im = new Float64Array(window);
    fourierTransform(re, im, { start: 0, stride: 1, length: window });
    for (let k = 0; k < frequencies; k++) {
      const own = re[k]! ** 2 + im[k]! ** 2;
      power[k * times + t] = own;
      strongest = Math.max(strongest, own);
    }
  }
  const levels = Float32Array.from(power, (x) =>
    strongest === 0 ? quietest : Math.max(quietest, 10 * Math.log10(x / strongest + 1e-12)),
  );
  return { levels, times, frequencies, highest: rate / 2, duration: line.length / rate };
}

/** Time goes to the right, frequency up; yellow is strong. Of a short signal each time is as wide as it needs to be seen. */
export function drawSpectrogram({ levels, times, frequencies }: Spectrogram): Picture {
  const each = times < frequencies / 2 ? Math.floor(mostTimes / times) : 1;
  const width = each * times;
  const picture = filledPicture(width, frequencies, [0, 0, 0]);
  for (let k = 0; k < frequencies; k++) {
    for (let column = 0; column < width; column++) {
      const color = colorAt(viridis, 1 - levels[k * times + Math.floor(column / each)]! / quietest);
      picture.data.set([...color, 255], 4 * ((frequencies - 1 - k) * width + column));
    }
  }
  return enlarge(picture, enlargementFor(picture, 480));
}
