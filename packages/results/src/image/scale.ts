import { checkPlanes, type Planes } from "./planes.js";
import { quantileOf } from "./quantile.js";

/** The values that get the first and the last colour of a map. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/**
 * The percentiles 0.5 to 99.5 of all numbers of all `pictures`, so that a few outliers do not wash them out.
 * Pictures in which these are equal get their whole range, constant ones their value +-0.5 (they become mid-grey).
 */
export function rawScale(pictures: readonly Planes[]): Scale {
  const sorted = sortedNumbers(pictures, (value) => value);
  const [low, high] = [percentile(sorted, 0.5), percentile(sorted, 99.5)];
  if (low < high) return { low, high };
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return least < most ? { low: least, high: most } : { low: least - 0.5, high: most + 0.5 };
}

/** From black to white where all numbers lie between 0 and 1: what a camera could send is drawn as it is. Else `rawScale`. */
export function pictureScale(pictures: readonly Planes[]): Scale {
  return pictures.every(isWithin) ? { low: 0, high: 1 } : rawScale(pictures);
}

function isWithin({ data }: Planes): boolean {
  for (let at = 0; at < data.length; at++) if (!(data[at]! >= 0 && data[at]! <= 1)) return false;
  return true;
}

/**
 * Plus and minus percentile 99.5 of the absolute numbers of all `changes`; the largest if that is 0, 1 if all are 0.
 *
 * @example
 * const { low, high } = changeScale([planesOf(image.pixels)]);
 */
export function changeScale(changes: readonly Planes[]): Scale {
  const sorted = sortedNumbers(changes, Math.abs);
  const high = percentile(sorted, 99.5) || sorted.at(-1) || 1;
  return { low: -high, high };
}

function sortedNumbers(pictures: readonly Planes[], map: (value: number) => number): Float64Array {
  for (const picture of pictures) checkPlanes(picture);
  const sorted = new Float64Array(pictures.reduce((count, { data }) => count + data.length, 0));
  let at = 0;
  for (const { data } of pictures) for (let i = 0; i < data.length; i++) sorted[at++] = map(data[i]!);
  return sorted.sort();
}

function percentile(sorted: Float64Array, percent: number): number {
  return sorted.length === 0 ? 0 : quantileOf(sorted, percent / 100);
}
