import { XstarError } from "@xstar/core";
import type { ImageDataset } from "../data/dataset.js";
import { correlate, measureDistance } from "./correlation.js";

export interface Neighbor {
  /** Where the picture stands in the data set. */
  readonly index: number;
  readonly label: number;
  /** The Euclidean distance from the query, pixels on the scale 0 to 1. */
  readonly distance: number;
  /** Pearson's correlation with the query; null when one of the two is constant. */
  readonly correlation: number | null;
}

export interface Neighbors {
  /** The picture at the smallest Euclidean distance. */
  readonly byDistance: Neighbor;
  /** The picture with the largest correlation; null when the query or every picture is constant. */
  readonly byCorrelation: Neighbor | null;
}

/** Queries that are compared at once: their sums do not wait for each other. */
const together = 4;

interface Best {
  readonly query: Float64Array;
  readonly sum: number;
  nearest: number;
  smallestDistance: number;
  closest: number;
  largestCorrelation: number;
}

/**
 * For each query (`height * width` finite numbers, pixels on the scale 0 to 1, any range), the most similar pictures of
 * the data set; the first of equals. Takes |a|^2 - 2ab + |b|^2, over the pixels that are not black.
 * Throws `bad-argument` for a query of another size or with numbers that are not finite.
 */
export function findNearest(queries: readonly ArrayLike<number>[], dataset: ImageDataset): Neighbors[] {
  const { images, labels, count, height, width } = dataset;
  const pixels = height * width;
  const bests = queries.map((query, i) => startSearch(query, i, pixels));
  const groups = inGroups(bests, pixels);
  const positions = new Uint32Array(pixels);
  const values = new Float64Array(pixels);

  for (let i = 0; i < count; i++) {
    let lit = 0;
    let sum = 0;
    let squares = 0;
    for (let p = 0; p < pixels; p++) {
      const byte = images[i * pixels + p]!;
      if (byte === 0) continue;
      positions[lit] = together * p;
      values[lit++] = byte / 255;
      sum += byte;
      squares += byte * byte;
    }
    const mean = sum / 255 / pixels;
    const spread = Math.sqrt(pixels * squares - sum * sum);
    const consider = (best: Best | undefined, product: number) => {
      if (!best) return;
      // Less |query|^2 and a factor, which are the same for all pictures.
      const distance = squares / 255 ** 2 - 2 * product;
      if (distance < best.smallestDistance) {
        best.smallestDistance = distance;
        best.nearest = i;
      }
      const correlation = (product - mean * best.sum) / spread;
      if (spread > 0 && correlation > best.largestCorrelation) {
        best.largestCorrelation = correlation;
        best.closest = i;
      }
    };
    for (const { members, mixed } of groups) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < lit; k++) {
        const at = positions[k]!;
        const value = values[k]!;
        a += mixed[at]! * value;
        b += mixed[at + 1]! * value;
        c += mixed[at + 2]! * value;
        d += mixed[at + 3]! * value;
      }
      consider(members[0], a);
      consider(members[1], b);
      consider(members[2], c);
      consider(members[3], d);
    }
  }

  return bests.map(({ query, nearest, closest }) => {
    const neighbor = (index: number): Neighbor => {
      const image = Float32Array.from(images.subarray(index * pixels, (index + 1) * pixels), (byte) => byte / 255);
      const [distance, correlation] = [measureDistance(query, image), correlate(query, image)];
      return { index, label: labels[index]!, distance, correlation };
    };
    const similar = closest < 0 ? null : neighbor(closest);
    return { byDistance: neighbor(nearest), byCorrelation: similar?.correlation == null ? null : similar };
  });
}

interface Group {
  readonly members: readonly Best[];
  /** The queries pixel by pixel: first the first pixel of each. */
  readonly mixed: Float64Array;
}

function inGroups(bests: readonly Best[], pixels: number): Group[] {
  return Array.from({ length: Math.ceil(bests.length / together) }, (_, g) => {
    const members = bests.slice(g * together, (g + 1) * together);
    const mixed = new Float64Array(together * pixels);
    members.forEach(({ query }, j) => query.forEach((value, p) => (mixed[together * p + j] = value)));
    return { members, mixed };
  });
}

function startSearch(values: ArrayLike<number>, i: number, pixels: number): Best {
  const query = Float64Array.from(values);
  const sum = query.reduce((a, b) => a + b, 0);
  if (query.length !== pixels || !Number.isFinite(sum)) {
    throw new XstarError(
      "bad-argument",
      `Query ${i} must be ${pixels} finite numbers, one for each pixel of the data set (it has ${query.length})`,
    );
  }
  return { query, sum, nearest: -1, smallestDistance: Infinity, closest: -1, largestCorrelation: -Infinity };
}
