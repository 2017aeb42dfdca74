import { XstarError } from "../errors.js";
import { resizeImage } from "../math/resize-image.js";
import { size, tensor, type Shape, type Tensor } from "../tensor.js";
import { frequencies, halfWidth, spectrumOf } from "../math/dft.js";
import { channelsOf } from "./color-axes.js";
import { fromPicture, type SpatialParams } from "./spatial.js";

/**
 * Mean magnitudes of natural photographs of 512 x 512 along Lucid's three colour axes, in five rings of frequency,
 * measured on the template that was published with MaCo (Fel et al., 2023).
 */
const rings = {
  /** From and to, in cycles per pixel. */
  edges: [
    [0.002, 0.01],
    [0.01, 0.03],
    [0.03, 0.1],
    [0.1, 0.3],
    [0.3, 0.5],
  ] as const,
  /** At frequency 0, then in every ring. */
  magnitudes: [
    [255052, 22141, 5375, 1106, 175, 21.7],
    [269511, 23456, 5280, 1068, 152, 14.6],
    [227829, 18811, 4365, 939, 152, 16.6],
  ] as const,
  side: 512,
};

/** Magnitudes of a natural picture of a size, [channels, height, floor(width / 2) + 1]: a power law from ring to ring. */
export function powerLaw([channels, height, width]: readonly [number, number, number]): Tensor {
  const radii = rings.edges.map(([from, to]) => Math.log(((2 / 3) * (to ** 3 - from ** 3)) / (to ** 2 - from ** 2)));
  // natural pictures look alike at every scale: what counts is the number of waves in the picture
  const zoom = Math.max(height, width) / rings.side;
  const plane = frequencies(height, width);
  const shape = [channels, height, halfWidth(width)];
  const data = new Float32Array(size(shape));
  for (let c = 0; c < channels; c++) {
    const [constant, ...levels] = rings.magnitudes[channels === 3 ? c : 0]!;
    const logs = levels.map(Math.log);
    plane.forEach((f, i) => {
      data[c * plane.length + i] = f === 0 ? constant! : Math.exp(along(radii, logs, Math.log(f * zoom)));
    });
  }
  return tensor("float32", data, shape);
}

/** On the straight lines through the points (xs, ys), of which the outer ones go on. */
function along(xs: readonly number[], ys: readonly number[], x: number): number {
  const after = xs.findIndex((one) => one > x);
  const i = Math.min(Math.max(after === -1 ? xs.length : after, 1), xs.length - 1);
  const share = (x - xs[i - 1]!) / (xs[i]! - xs[i - 1]!);
  return ys[i - 1]! + share * (ys[i]! - ys[i - 1]!);
}

/**
 * Mean magnitudes of the spectra of one's own pictures, for the parameter `magnitudes` of `maco`: of the numbers along
 * the colour axes that `maco` would have to make to show these pictures.
 *
 * @param images pictures [channels, any height, any width] of as many channels, in picture units
 * @param size height and width of the picture that they are for
 * @param params colour axes and range, as they are given to `maco`
 * @returns magnitudes [channels, height, floor(width / 2) + 1] one after the other
 * @throws `bad-argument` for no pictures, or pictures of different channels
 *
 * @example
 * const parameterization = maco({ magnitudes: magnitudeSpectrum([photo], [224, 224]) });
 */
export function magnitudeSpectrum(
  images: readonly Tensor[],
  [height, width]: readonly [number, number],
  params: Partial<SpatialParams> = {},
): number[] {
  const channels = channelsOf(images);
  const plane = height * halfWidth(width);
  const sums = new Float64Array(channels * plane);
  for (const image of images) {
    const pictures = { ...resizeImage(image, height, width), shape: [1, channels, height, width] };
    const pixels = fromPicture(
      { color: "auto", colorMatrix: undefined, range: [0, 1], squash: "sigmoid", ...params },
      pictures,
    ).data as Float32Array;
    for (let c = 0; c < channels; c++) {
      const one = pixels.subarray(c * height * width, (c + 1) * height * width);
      const { real, imaginary } = spectrumOf(one, height, width);
      for (let i = 0; i < plane; i++) sums[c * plane + i]! += Math.hypot(real[i]!, imaginary[i]!);
    }
  }
  return Array.from(sums, (sum) => sum / images.length);
}

/** Given magnitudes for pictures of a size. Throws `bad-argument` when they are of another one. */
export function givenMagnitudes(given: ArrayLike<number>, shape: Shape): Tensor {
  if (given.length === size(shape)) return tensor("float32", Float32Array.from(given), shape);
  throw new XstarError(
    "bad-argument",
    `"magnitudes" has ${given.length} numbers: this picture needs ${shape.join(" x ")}`,
    { hint: "magnitudeSpectrum(images, size) makes them from pictures" },
  );
}
