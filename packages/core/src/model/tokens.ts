import { XstarError } from "../errors.js";
import type { TokenTable } from "../onnx/model.js";
import type { WeightFiles } from "../onnx/weights.js";
import { numbers, viewBytes, type Tensor } from "../tensor.js";

/** A token whose vector lies near another one. */
export interface NearToken {
  readonly index: number;
  /** Of the two vectors: 1 for the same direction. */
  readonly cosine: number;
  /** Euclidean. */
  readonly distance: number;
}

/**
 * For each of the vectors [..., places, features] the nearest tokens of a table, nearest first.
 *
 * @example
 * const { tokens } = model.source.inputs[0]!;
 * if (tokens) nearestTokens(tokens, model.files, image.pixels);
 */
export function nearestTokens(table: TokenTable, files: WeightFiles, vectors: Tensor, count = 3): NearToken[][] {
  const { size } = table;
  const all = numbersOf(table, files);
  const held = numbers(vectors);
  const lengths = Float64Array.from({ length: table.count }, (_, t) => {
    let square = 0;
    for (let i = t * size; i < (t + 1) * size; i++) square += all[i]! ** 2;
    return square;
  });
  return Array.from({ length: held.length / size }, (_, place) => {
    const own = held.slice(place * size, (place + 1) * size);
    const square = own.reduce((sum, x) => sum + x * x, 0);
    const best: NearToken[] = [];
    for (let t = 0; t < table.count; t++) {
      let product = 0;
      for (let i = 0, at = t * size; i < size; i++, at++) product += own[i]! * all[at]!;
      const distance = Math.sqrt(Math.max(0, square + lengths[t]! - 2 * product));
      if (best.length === count && distance >= best.at(-1)!.distance) continue;
      best.push({ index: t, cosine: product / (Math.sqrt(square * lengths[t]!) || 1), distance });
      best.sort((a, b) => a.distance - b.distance);
      best.length = Math.min(best.length, count);
    }
    return best;
  });
}

function numbersOf({ table: { dtype, shape, source } }: TokenTable, files: WeightFiles): ArrayLike<number> {
  let bytes = "bytes" in source ? source.bytes : undefined;
  if ("location" in source) bytes = files.get(source.location)?.subarray(source.offset, source.offset + source.length);
  if (!bytes) throw new XstarError("bad-model", "The table of the tokens' vectors cannot be read");
  // a view of a file may begin anywhere, numbers in memory may not
  return numbers({ dtype, shape, data: viewBytes(dtype as "float32", bytes.slice()) });
}
