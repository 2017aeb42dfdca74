import { resizeImage, type Tensor } from "@xstar/core";
import { colorAt, colorIndex, diverging, inferno, type Colormap } from "./colormap.js";
import { luminanceWeights } from "./luminance.js";
import type { Picture } from "./picture.js";
import { quantileOf } from "./quantile.js";
import type { Scale } from "./scale.js";

/** How a map of how much every pixel counts is drawn. */
export interface HeatOptions {
  /** Whether the map has a sign: what speaks against the target is blue. */
  readonly isSigned?: boolean;
  /** The numbers of the first and last colour; by default those of `heatScale`. */
  readonly scale?: Scale;
}

/** From the least number to the percentile 99.5, so that a few pixels do not hide the others; symmetric where there is a sign. */
export function heatScale({ data }: Pick<Tensor, "data">, isSigned: boolean): Scale {
  const values = (isSigned ? (data as Float32Array).map(Math.abs) : Float32Array.from(data as Float32Array)).sort();
  const high = quantileOf(values, 0.995) || values.at(-1) || 1;
  if (isSigned) return { low: -high, high };
  const least = values[0] ?? 0;
  // next to nothing is nothing
  const low = Math.abs(least) < 0.01 * high ? 0 : least;
  return low < high ? { low, high } : { low: high - 1, high };
}

export const heatColors = (isSigned: boolean): Colormap => (isSigned ? diverging.light : inferno);

/** How much of the colour lies on the photograph, for each row of the colours. */
function opacities(isSigned: boolean): Float64Array {
  return Float64Array.from({ length: 256 }, (_, row) => {
    const position = row / 255;
    if (!isSigned) return 0.08 + 0.72 * position ** 0.8;
    return 0.9 * Math.abs(2 * position - 1) ** 0.6;
  });
}

/**
 * A photograph in grey with the heat of a map [height, width] over it, of any size: the map is fitted.
 *
 * @example
 * const { maps } = await explain(model, photo);
 * const picture = drawHeat(photo, maps[0].map);
 */
export function drawHeat(photo: Tensor, map: Tensor, options: HeatOptions = {}): Picture {
  const { isSigned = false, scale = heatScale(map, isSigned) } = options;
  const [channels, height, width] = photo.shape as [number, number, number];
  const fitted = resizeImage({ ...map, shape: [1, ...map.shape] }, height, width).data as Float32Array;
  const { colors } = heatColors(isSigned);
  const opacity = opacities(isSigned);
  const pixels = photo.data as Float32Array;
  const plane = height * width;
  const data = new Uint8ClampedArray(4 * plane).fill(255);
  for (let at = 0; at < plane; at++) {
    const row = colorIndex((fitted[at]! - scale.low) / (scale.high - scale.low));
    const grey = greyAt(pixels, at, plane, channels);
    // where there is a sign, white stands for nothing, so the photograph is pale
    const paper = isSigned ? 255 * (0.55 + 0.45 * grey) : 255 * (0.08 + 0.84 * grey);
    for (let c = 0; c < 3; c++) data[4 * at + c] = paper + (colors[3 * row + c]! - paper) * opacity[row]!;
  }
  return { width, height, data };
}

function greyAt(pixels: Float32Array, at: number, plane: number, channels: number): number {
  if (channels < 3) return pixels[at]!;
  const [red, green, blue] = luminanceWeights;
  return red * pixels[at]! + green * pixels[plane + at]! + blue * pixels[2 * plane + at]!;
}

/** The colours of a map from left to right. */
export function drawRamp(width: number, height: number, isSigned: boolean): Picture {
  const colours = heatColors(isSigned);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let at = 0; at < width * height; at++) data.set(colorAt(colours, (at % width) / (width - 1)), 4 * at);
  return { width, height, data };
}
