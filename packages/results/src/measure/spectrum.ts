import { halfWidth, spectrumOf, XstarError } from "@xstar/core";
import { luminanceWeights } from "../image/luminance.js";
import { checkPlanes, type Planes } from "../image/planes.js";

/** Between which frequencies the slope is measured. */
export interface SpectrumRange {
  /** Lowest frequency, in cycles over the shorter side. @default 4 */
  readonly low?: number;
  /** Highest frequency, in cycles a pixel; 0.5 is the highest that pixels can show. @default 0.35 */
  readonly high?: number;
}

/** Bands in which amplitudes are averaged, for each doubling of the frequency. */
const bandsPerOctave = 4;

/**
 * The slope of log amplitude over log frequency of a picture: 0 for white noise, -0.8 to -1.5 for photographs of natural
 * scenes (Tolhurst, Tadmor and Chao, 1992, Ophthalmic Physiol. Opt. 12, 229), lower for smooth pictures. Null where the
 * picture is constant or too
 * small for two bands.
 *
 * The amplitude spectrum of the luminance (of one channel alone where there is no colour), less its mean and under a Hann
 * window so that the edges do not count, averaged over directions in bands of a quarter octave from `low` to `high`; a
 * straight line through the bands. The default range leaves out what the window changes and what JPEG and resizing do.
 *
 * @example
 * spectrumSlope(planesOf(photo)); // about -1.2 for a photograph
 */
export function spectrumSlope(picture: Planes, { low = 4, high = 0.35 }: SpectrumRange = {}): number | null {
  const { height, width } = checkPlanes(picture);
  if (!(low > 0 && high > 0 && high <= Math.SQRT1_2))
    throw new XstarError(
      "bad-argument",
      `A range of frequencies cannot go from ${low} cycles to ${high} cycles a pixel`,
    );
  const faded = windowed(brightness(picture), height, width);
  // what has faded to 0 goes on as 0, until the sides are quick to transform
  const [rows, row] = [quickLength(height), quickLength(width)];
  const amplitudes = amplitudeSpectrum(padded(faded, width, rows, row), rows, row);
  const from = low / Math.min(height, width);
  const bands = new Map<number, { amplitude: number; logFrequency: number; count: number }>();
  const columns = halfWidth(row);
  for (let at = 0; at < amplitudes.length; at++) {
    const column = at % columns;
    const frequency = Math.hypot(signed(Math.floor(at / columns), rows), column / row);
    if (frequency < from || frequency > high) continue;
    const key = Math.floor(bandsPerOctave * Math.log2(frequency / from));
    const band = bands.get(key) ?? { amplitude: 0, logFrequency: 0, count: 0 };
    // a column that is not kept is the mirror image of one that is
    const count = column === 0 || 2 * column === row ? 1 : 2;
    band.amplitude += count * amplitudes[at]!;
    band.logFrequency += count * Math.log(frequency);
    band.count += count;
    bands.set(key, band);
  }
  const points = [...bands.values()].map(({ amplitude, logFrequency, count }) => ({
    x: logFrequency / count,
    y: Math.log(amplitude / count),
  }));
  return points.length < 2 || !points.every(({ y }) => Number.isFinite(y)) ? null : slopeOf(points);
}

/** Cycles a pixel of coefficient `k` of `length`. */
function signed(k: number, length: number): number {
  return (k <= length / 2 ? k : k - length) / length;
}

/** One plane: the luminance of the first three channels, or the first channel. */
function brightness(picture: Planes): Float64Array {
  const { channels, height, width } = checkPlanes(picture);
  const pixels = height * width;
  const weights = channels >= 3 ? luminanceWeights : [1];
  const plane = new Float64Array(pixels);
  for (const [c, weight] of weights.entries()) {
    for (let at = 0; at < pixels; at++) plane[at]! += weight * picture.data[c * pixels + at]!;
  }
  return plane;
}

/** Less its mean, and fading to 0 at the edges; constant pictures become exactly 0. */
function windowed(plane: Float64Array, height: number, width: number): Float64Array {
  const origin = plane[0]!;
  const mean = plane.reduce((sum, value) => sum + value - origin, 0) / plane.length + origin;
  const [down, across] = [fadeOf(height), fadeOf(width)];
  return plane.map((value, at) => (value - mean) * down[Math.floor(at / width)]! * across[at % width]!);
}

/** The shortest length from this one on whose primes are at most 7. */
function quickLength(length: number): number {
  const rest = [2, 3, 5, 7].reduce((left, prime) => {
    while (left % prime === 0) left /= prime;
    return left;
  }, length);
  return rest === 1 ? length : quickLength(length + 1);
}

/** A plane of rows of `width`, with zeros to the right and below. */
function padded(plane: Float64Array, width: number, rows: number, row: number): Float64Array {
  if (plane.length === rows * row) return plane;
  const wide = new Float64Array(rows * row);
  for (let y = 0; y * width < plane.length; y++) wide.set(plane.subarray(y * width, (y + 1) * width), y * row);
  return wide;
}

/** From 0 at the edges of a side to 1 in its middle. */
const fadeOf = (length: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / length) ** 2);

/** [height, halfWidth(width)] */
function amplitudeSpectrum(plane: Float64Array, height: number, width: number): Float64Array {
  const { real, imaginary } = spectrumOf(plane, height, width);
  return real.map((value, at) => Math.hypot(value, imaginary[at]!));
}

/** Of the straight line through points with the least squares. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (pick: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
}
