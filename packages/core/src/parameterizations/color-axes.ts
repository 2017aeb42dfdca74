import { XstarError } from "../errors.js";
import { eigen } from "../math/eigen.js";
import { normalized } from "../math/matrix.js";
import { size, type Tensor } from "../tensor.js";

/**
 * The colour axes of one's own pictures, for `colorMatrix`: the square root of the covariance of their channels
 * (Karhunen-Loève), scaled so that the strongest axis is 1 long.
 *
 * @param images pictures [channels, height, width], all of as many channels
 * @returns channels x channels numbers: row i makes channel i
 * @throws `bad-argument` for no pictures, or pictures of different channels
 *
 * @example
 * const parameterization = fourier({ colorMatrix: colorCorrelation([photo]) });
 */
export function colorCorrelation(images: readonly Tensor[]): number[] {
  const channels = channelsOf(images);
  const mean = Array.from({ length: channels }, () => 0);
  const products = Array.from({ length: channels * channels }, () => 0);
  let count = 0;
  for (const { data, shape } of images) {
    const pixels = size(shape) / channels;
    count += pixels;
    const at = (c: number, p: number) => Number(data[c * pixels + p]!);
    for (let p = 0; p < pixels; p++) {
      for (let i = 0; i < channels; i++) {
        mean[i]! += at(i, p);
        for (let j = 0; j <= i; j++) products[i * channels + j]! += at(i, p) * at(j, p);
      }
    }
  }
  const covariance = products.map((_, k) => {
    const [i, j] = [Math.floor(k / channels), k % channels];
    const product = products[Math.max(i, j) * channels + Math.min(i, j)]!;
    return product / count - (mean[i]! * mean[j]!) / count ** 2;
  });
  const { values, vectors } = eigen(covariance, channels);
  // an axis along which the pictures never vary stays reachable
  const floor = Math.max(values[0]! * 1e-6, Number.MIN_VALUE);
  const root = covariance.map((_, k) => {
    const [i, j] = [Math.floor(k / channels), k % channels];
    return vectors[j]![i]! * Math.sqrt(Math.max(values[j]!, floor));
  });
  return [...normalized(root, channels)];
}

/** How many channels pictures [channels, height, width] have. Throws `bad-argument` for none, or different ones. */
export function channelsOf(images: readonly Tensor[]): number {
  const [first] = images;
  const odd = images.find(({ shape }) => shape.length !== 3 || shape[0] !== first?.shape[0]);
  if (first && !odd) return first.shape[0]!;
  throw new XstarError(
    "bad-argument",
    odd ? `A picture of shape [${odd.shape}] is among those of shape [${first!.shape}]` : "No pictures were given",
    { hint: "Give pictures [channels, height, width] of the same channels" },
  );
}
