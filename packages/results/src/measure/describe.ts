import { XstarError } from "@xstar/core";
import { quantileOf } from "../image/quantile.js";

export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  /** The population standard deviation. */
  readonly deviation: number;
}

/**
 * A summary of numbers. Throws `bad-argument` when there are none or one is not finite.
 *
 * @example
 * const { mean } = summarize([1, 2, 3]);
 */
export function summarize(values: ArrayLike<number>): Summary {
  const sorted = sort(values);
  const count = sorted.length;
  const mean = sorted.reduce((a, b) => a + b, 0) / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const [min, median, max] = [quantileOf(sorted, 0), quantileOf(sorted, 0.5), quantileOf(sorted, 1)];
  return { count, min, max, mean, median, deviation: Math.sqrt(variance) };
}

/**
 * The value below which the share `p` (0 to 1) of the numbers lies, linear between neighbors (as NumPy's default).
 * Throws `bad-argument` as `summarize` does, and for a `p` outside.
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new XstarError("bad-argument", `A quantile is from 0 to 1, not ${p}`);
  return quantileOf(sort(values), p);
}

function sort(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) throw new XstarError("bad-argument", "There are no numbers to summarize");
  const sorted = Float64Array.from(values).sort();
  if (!sorted.every(Number.isFinite)) {
    throw new XstarError("bad-argument", "Numbers that are not finite cannot be summarized");
  }
  return sorted;
}
