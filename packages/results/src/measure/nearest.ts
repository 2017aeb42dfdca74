import {
  canonicalOpset,
  constantValue,
  createOps,
  Graph,
  writeModel,
  XstarError,
  type Runtime,
  type Session,
  type Tensor,
} from "@xstar/core";
import type { ImageDataset } from "./source.js";
import { correlate, measureDistance, standardize } from "./correlation.js";

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

/** Pictures that are multiplied at once. */
const together = 500;

/**
 * For each query (`height * width` finite numbers, pixels on the scale 0 to 1, any range), the most similar pictures of
 * the data set; the first of equals. A matrix product in float32 leaves few pictures, which are compared in float64.
 * Throws `bad-argument` for a query of another size or with numbers that are not finite.
 */
export async function findNearest(
  queries: readonly ArrayLike<number>[],
  dataset: ImageDataset,
  runtime: Runtime,
): Promise<Neighbors[]> {
  const { images, count, height, width } = dataset;
  const pixels = height * width;
  const searches = queries.map((query, i) => startSearch(query, i, pixels));
  if (searches.length === 0) return [];
  const session = await openProduct(runtime, unitsOf(searches, pixels));
  try {
    for (let from = 0; from < count; from += together) {
      const some = images.subarray(from * pixels, Math.min(from + together, count) * pixels);
      const shape = [some.length / pixels, pixels];
      const { products } = await session.run({ images: { dtype: "uint8", shape, data: some } });
      consider(searches, some, from, products!.data as Float32Array);
    }
  } finally {
    await session.release();
  }
  return searches.map((search) => decide(search, dataset));
}

interface Search {
  readonly query: ArrayLike<number>;
  /** Moved to mean 0 and scaled to length 1; null when the query is constant. */
  readonly unit: Float64Array | null;
  readonly mean: number;
  /** Of the query moved to mean 0. */
  readonly length: number;
  readonly near: Candidates;
  readonly alike: Candidates;
}

function startSearch(query: ArrayLike<number>, i: number, pixels: number): Search {
  let sum = 0;
  for (let p = 0; p < query.length; p++) sum += query[p]!;
  if (query.length !== pixels || !Number.isFinite(sum)) {
    throw new XstarError(
      "bad-argument",
      `Query ${i} must be ${pixels} finite numbers, one for each pixel of the data set (it has ${query.length})`,
    );
  }
  const unit = standardize(query);
  const length = unit ? unit.reduce((dot, value, p) => dot + value * query[p]!, 0) : 0;
  return { query, unit, mean: sum / pixels, length, near: new Candidates(), alike: new Candidates() };
}

/** The standardized queries [pixels, queries]; 0 where one is constant. */
function unitsOf(searches: readonly Search[], pixels: number): Tensor {
  const data = new Float32Array(pixels * searches.length);
  searches.forEach(({ unit }, j) => unit?.forEach((value, p) => (data[p * searches.length + j] = value)));
  return { dtype: "float32", shape: [pixels, searches.length], data };
}

/** A session that multiplies images [N, pixels] of bytes with such units: products [N, queries]. */
function openProduct(runtime: Runtime, units: Tensor): Promise<Session> {
  const graph = new Graph("nearest");
  const op = createOps(graph);
  const images = graph.input("images", { dtype: "uint8", shape: [1, units.shape[0]!] });
  graph.publish(op.matMul(op.cast(images, "float32"), constantValue("units", units)), "products");
  return runtime.open(writeModel(graph, { opsets: new Map([["", canonicalOpset]]), freeBatch: "N" }));
}

/** Lets all searches see some images, the first of which is the data set's `from`th. */
function consider(searches: readonly Search[], images: Uint8Array, from: number, products: Float32Array): void {
  const count = products.length / searches.length;
  const pixels = images.length / count;
  // of a sum of so many products in float32: Higham, Accuracy and Stability of Numerical Algorithms, 3.1
  const precision = (pixels + 2) * 2 ** -23;
  for (let i = 0, at = 0; i < count; i++) {
    let [sum, squares] = [0, 0];
    for (let p = i * pixels; p < (i + 1) * pixels; p++) {
      const byte = images[p]!;
      sum += byte;
      squares += byte * byte;
    }
    const spread = Math.sqrt((pixels * squares - sum * sum) / pixels);
    const error = precision * Math.sqrt(squares);
    for (const { mean, length, near, alike } of searches) {
      const product = products[at++]!;
      // minus the squared distance, but for |query|^2, which is the same for all images
      const nearness = (2 * (length * product + mean * sum)) / 255 - squares / 255 ** 2;
      near.add(from + i, nearness, (2 * length * error) / 255);
      if (spread > 0) alike.add(from + i, product / spread, error / spread);
    }
  }
}

/** What may have the largest of some values, each of which is known but for an error. */
class Candidates {
  private least = -Infinity;
  private readonly all: { readonly index: number; readonly most: number }[] = [];

  add(index: number, value: number, error: number): void {
    if (value + error < this.least) return;
    this.all.push({ index, most: value + error });
    this.least = Math.max(this.least, value - error);
  }

  /** In the order in which they came. */
  get indices(): number[] {
    return this.all.filter(({ most }) => most >= this.least).map(({ index }) => index);
  }
}

function decide({ query, unit, near, alike }: Search, { images, labels, height, width }: ImageDataset): Neighbors {
  const pixels = height * width;
  const neighbor = (index: number): Neighbor => {
    const image = Float32Array.from(images.subarray(index * pixels, (index + 1) * pixels), (byte) => byte / 255);
    const [distance, correlation] = [measureDistance(query, image), correlate(query, image)];
    return { index, label: labels[index]!, distance, correlation };
  };
  const closest = (unit ? alike.indices : []).map(neighbor).filter(({ correlation }) => correlation !== null);
  return {
    byDistance: near.indices.map(neighbor).reduce((a, b) => (b.distance < a.distance ? b : a)),
    byCorrelation: closest.length > 0 ? closest.reduce((a, b) => (b.correlation! > a.correlation! ? b : a)) : null,
  };
}
