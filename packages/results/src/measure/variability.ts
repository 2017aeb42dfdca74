import type { ImageDataset } from "./source.js";

/** How each pixel is distributed over some pictures, on the scale 0 to 1. Maps have `height * width` entries. */
export interface PixelStatistics {
  /** How many pictures: with none, all means and deviations are 0. */
  readonly count: number;
  readonly mean: Float64Array;
  /** The population standard deviation of each pixel. */
  readonly deviation: Float64Array;
  /** The sum of the deviations over all pixels: the article's variability. */
  readonly variability: number;
  /** 1 where the pixel has the same value in all pictures, else 0. */
  readonly constant: Uint8Array;
}

/** How much pixels vary, within classes and over all pictures. */
export interface Variability {
  /** One for each class. */
  readonly classes: readonly PixelStatistics[];
  /** Over all pictures, whatever their class. */
  readonly all: PixelStatistics;
  /** The class whose pictures differ most among themselves: the largest `variability`. */
  readonly mostVariable: number;
}

interface Sums {
  count: number;
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

/**
 * How much each pixel varies within each class, and over all pictures. Sums of whole numbers: no rounding until the end.
 *
 * @example
 * const { train } = await loadDataset("mnist");
 * measureVariability(train).mostVariable; // 2
 */
export function measureVariability({ images, labels, height, width, classes }: ImageDataset): Variability {
  const pixels = height * width;
  const sums = Array.from({ length: classes }, () => emptySums(pixels));
  for (const [i, label] of labels.entries()) {
    const sum = sums[label]!;
    const { values, squares } = sum;
    const start = i * pixels;
    sum.count++;
    for (let p = 0; p < pixels; p++) {
      const value = images[start + p]!;
      values[p]! += value;
      squares[p]! += value * value;
    }
  }
  const perClass = sums.map(finish);
  const largest = Math.max(...perClass.map(({ variability }) => variability));
  return {
    classes: perClass,
    all: finish(addUp(sums, pixels)),
    mostVariable: perClass.findIndex(({ variability }) => variability === largest),
  };
}

function emptySums(pixels: number): Sums {
  return { count: 0, values: new Float64Array(pixels), squares: new Float64Array(pixels) };
}

function addUp(sums: readonly Sums[], pixels: number): Sums {
  const total = emptySums(pixels);
  for (const { count, values, squares } of sums) {
    total.count += count;
    for (let p = 0; p < pixels; p++) {
      total.values[p]! += values[p]!;
      total.squares[p]! += squares[p]!;
    }
  }
  return total;
}

function finish({ count, values, squares }: Sums): PixelStatistics {
  const full = 255 * Math.max(count, 1);
  const deviation = values.map((value, p) => Math.sqrt(count * squares[p]! - value * value) / full);
  return {
    count,
    mean: values.map((value) => value / full),
    deviation,
    variability: deviation.reduce((a, b) => a + b, 0),
    constant: Uint8Array.from(deviation, (value) => (value === 0 ? 1 : 0)),
  };
}
