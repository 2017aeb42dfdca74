import { canonicalOpset, constantValue, createOps, Graph, writeModel, type Runtime } from "@xstar/core";
import type { Rows } from "./rows.js";

/** Rows that are multiplied at once. */
const together = 256;

/** Rows scaled to length 1, moved to mean 0 before where `isCentered`; those of length 0 stay zeros. */
export function unitRows({ count, data }: Rows, isCentered = false): Rows {
  const length = count === 0 ? 0 : data.length / count;
  const result = new Float32Array(data.length);
  for (let row = 0; row < count; row++) {
    const from = row * length;
    let [sum, squares] = [0, 0];
    if (isCentered) for (let at = from; at < from + length; at++) sum += data[at]!;
    const mean = length === 0 ? 0 : sum / length;
    for (let at = from; at < from + length; at++) squares += (data[at]! - mean) ** 2;
    // what is left of numbers that are equal but for rounding has no direction
    const scale = squares > length * (1e-6 * Math.abs(mean)) ** 2 && squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = from; at < from + length; at++) result[at] = (data[at]! - mean) * scale;
  }
  return { count, data: result };
}

/** The products of every row of `a` with every row of `b`, row by row: cosines of rows of length 1. */
export async function* products(a: Rows, b: Rows, runtime: Runtime): AsyncGenerator<Float32Array, void> {
  if (a.count === 0 || b.count === 0 || a.data.length === 0) return;
  const length = a.data.length / a.count;
  const graph = new Graph("products");
  const op = createOps(graph);
  const rows = graph.input("rows", { dtype: "float32", shape: [1, length] });
  const others = constantValue("others", { dtype: "float32", shape: [length, b.count], data: transposed(b) });
  graph.publish(op.matMul(rows, others), "products");
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", canonicalOpset]]), freeBatch: "N" }));
  try {
    for (let from = 0; from < a.count; from += together) {
      const data = a.data.subarray(from * length, Math.min(from + together, a.count) * length);
      const results = await session.run({ rows: { dtype: "float32", shape: [data.length / length, length], data } });
      const all = results["products"]!.data as Float32Array;
      for (let at = 0; at < all.length; at += b.count) yield all.subarray(at, at + b.count);
    }
  } finally {
    await session.release();
  }
}

function transposed({ count, data }: Rows): Float32Array {
  const length = data.length / count;
  const result = new Float32Array(data.length);
  for (let row = 0; row < count; row++)
    for (let at = 0; at < length; at++) result[at * count + row] = data[row * length + at]!;
  return result;
}

/** A row, and how near it is: the cosine, 1 for the same direction. */
export interface NearRow {
  readonly index: number;
  readonly cosine: number;
}

/** For each row the ones of a similar direction, the nearest first; of equals the first. Rows of zeros have none. */
export async function nearestRows(rows: Rows, top: number, runtime: Runtime): Promise<NearRow[][]> {
  const found: NearRow[][] = [];
  for await (const cosines of products(rows, rows, runtime)) {
    const self = found.length;
    const near: NearRow[] = [];
    for (let index = 0; index < cosines.length; index++) {
      const cosine = cosines[index]!;
      if (index === self || !(cosine > (near[top - 1]?.cosine ?? 0))) continue;
      const at = near.findIndex((one) => cosine > one.cosine);
      near.splice(at < 0 ? near.length : at, 0, { index, cosine });
      near.length = Math.min(near.length, top);
    }
    found.push(near);
  }
  return found;
}
