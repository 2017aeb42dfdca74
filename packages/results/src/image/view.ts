import { type Colormap, colorIndex, diverging, gray } from "./colormap.js";
import type { Picture } from "./picture.js";
import { changeOf, checkPlanes, type Planes } from "./planes.js";
import { changeScale, rawScale, type Scale } from "./scale.js";

/** A picture together with what a colour bar has to say about it. */
export interface View extends Scale {
  readonly picture: Picture;
  /** Shares (0 to 1) of the pixels with a number below `low` or above `high`. */
  readonly below: number;
  readonly above: number;
}

/** How numbers become colours. */
export interface ViewOptions {
  /** The colours of a picture with one channel. */
  readonly map?: Colormap;
  /** A scale that several pictures share; by default the picture's own. */
  readonly scale?: Scale;
}

/**
 * The numbers as they are: one or two channels through `map` (grey), three or more as red, green and blue.
 *
 * @example
 * const { picture } = rawView(planesOf(photo));
 */
export function rawView(x: Planes, { map = gray, scale = rawScale([x]) }: ViewOptions = {}): View {
  return paint(x, scale, map);
}

/**
 * What a camera could send: the numbers clipped to the range that the model's input has.
 *
 * @example
 * const { picture } = validView(planesOf(photo), { low: 0, high: 1 });
 */
export function validView(x: Planes, range: Scale = { low: 0, high: 1 }): View {
  return paint(x, range, gray);
}

/**
 * What changed since `start` (luminance for RGB), on a symmetric scale with signed colours.
 *
 * @example
 * const { picture } = changeView(planesOf(image.pixels), planesOf(photo));
 */
export function changeView(x: Planes, start: Planes, options: ViewOptions = {}): View {
  return signedView(changeOf(x, start), options);
}

/** One plane of numbers around 0, as `changeView` draws the change. */
export function signedView(
  plane: Planes,
  { map = diverging.light, scale = changeScale([plane]) }: ViewOptions = {},
): View {
  return paint(plane, scale, map);
}

function paint(x: Planes, { low, high }: Scale, map: Colormap): View {
  const { channels, height, width } = checkPlanes(x);
  const pixels = height * width;
  const [colors, stride] = channels >= 3 ? [gray.colors, pixels] : [map.colors, 0];
  const data = new Uint8ClampedArray(pixels * 4).fill(255);
  let [below, above] = [0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    let isBelow = false;
    let isAbove = false;
    for (let c = 0; c < 3; c++) {
      const value = x.data[c * stride + pixel]!;
      data[4 * pixel + c] = colors[3 * colorIndex((value - low) / (high - low)) + c]!;
      isBelow ||= value < low;
      isAbove ||= value > high;
    }
    if (isBelow) below++;
    if (isAbove) above++;
  }
  return { picture: { width, height, data }, low, high, below: below / pixels, above: above / pixels };
}
