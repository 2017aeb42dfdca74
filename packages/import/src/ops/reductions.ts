import type { Builder } from "../build/builder.js";
import { physicalAxis, positive, rankOf, type Symbolic } from "../build/symbolic.js";
import { globalPool } from "./windows.js";

/** Over these axes of `dims`; the mean or maximum over all spatial axes is a global pool. */
export function reduce(b: Builder, opType: string, x: Symbolic, axes: readonly number[], keepsAxes: boolean): Symbolic {
  const rank = rankOf(x);
  const gone = new Set(axes.map((axis) => positive(axis, rank)));
  if (gone.size === 0) return x;
  const isSpatial = gone.size === rank - 2 && !gone.has(0) && !gone.has(rank - 1);
  if (x.isFirst && isSpatial && rank >= 4 && opType === "ReduceMean")
    return globalPool(b, "GlobalAveragePool", x, keepsAxes);
  if (x.isFirst && isSpatial && rank >= 4 && opType === "ReduceMax")
    return globalPool(b, "GlobalMaxPool", x, keepsAxes);
  const dims = keepsAxes ? x.dims.map((dim, i) => (gone.has(i) ? 1 : dim)) : x.dims.filter((_, i) => !gone.has(i));
  // without its axes a value is channels-first only while some spatial axis is left behind its channels
  const keepsLayout = keepsAxes || !x.isFirst || (!gone.has(0) && !gone.has(rank - 1));
  const from = keepsLayout ? x : b.last(x);
  const isFirst = from.isFirst && dims.length >= 3;
  const at = [...gone].map((axis) => physicalAxis(from, axis)).sort((p, q) => p - q);
  return b.emit(opType, [from, b.ints(at)], { dims, dtype: x.dtype, isFirst }, { keepdims: keepsAxes ? 1 : 0 });
}

/** The place of the largest or smallest element along an axis. */
export function argOf(b: Builder, opType: "ArgMax" | "ArgMin", x: Symbolic, axis: number): Symbolic {
  const from = b.last(x);
  const at = positive(axis, rankOf(x));
  const dims = x.dims.filter((_, i) => i !== at);
  return b.emit(opType, [from], { dims, dtype: "int64" }, { axis: at, keepdims: 0 });
}
