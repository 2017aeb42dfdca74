import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";

/**
 * Zeros [a, n, b] with rows [a, count, b] added at places [1, count, 1]. Rows of one place are added one after the other:
 * ScatterND would add them in parallel, with another rounding (or a lost row) in every run.
 */
export function addAt(op: Ops, rows: Value, places: Value, n: number): Value {
  const [a, , b] = rows.shape as [number, number, number];
  return op.scatterElements(op.fill([a, n, b], 0, rows.dtype), op.expand(places, rows.shape), rows, 1, "add");
}
