import type { Value } from "../graph.js";
import { positiveAxis, type Emitter } from "./emitter.js";

/** All axes but the first, which is the batch. */
export const axesAfterFirst = (x: Value): number[] => x.shape.slice(1).map((_, i) => i + 1);

/** Operators that reduce axes; no axes means all of them. */
export function reduction(e: Emitter) {
  /** `alone` is what becomes of elements that are reduced over no axis. */
  const reduce =
    (opType: string, alone = (x: Value) => x) =>
    (x: Value, axes: readonly number[] = x.shape.map((_, i) => i), keepdims = false): Value => {
      const positive = axes.map((axis) => positiveAxis(axis, x.rank));
      if (positive.length === 0) return alone(x);
      const kept = x.shape.map((dim, i) => (positive.includes(i) ? 1 : dim));
      const shape = keepdims ? kept : kept.filter((_, i) => !positive.includes(i));
      return e.one(opType, [x, e.ints(positive)], x.dtype, shape, { keepdims: keepdims ? 1 : 0 });
    };
  return {
    reduceSum: reduce("ReduceSum"),
    reduceMean: reduce("ReduceMean"),
    reduceMax: reduce("ReduceMax"),
    reduceMin: reduce("ReduceMin"),
    reduceProd: reduce("ReduceProd"),
    reduceSumSquare: reduce("ReduceSumSquare", (x) => e.one("Mul", [x, x], x.dtype, x.shape)),
    reduceL2: reduce("ReduceL2", (x) => e.one("Abs", [x], x.dtype, x.shape)),
    reduceLogSumExp: reduce("ReduceLogSumExp"),
    /** The mean of everything that belongs to each picture: [batch] from [batch, ...]. */
    meanOfEach: (x: Value) => reduce("ReduceMean")(x, axesAfterFirst(x)),
    /** The sum of everything that belongs to each picture: [batch] from [batch, ...]. */
    sumOfEach: (x: Value) => reduce("ReduceSum")(x, axesAfterFirst(x)),
    /** The index of the largest element along an axis, int64. */
    argMax: (x: Value, axis: number, keepdims = false) => {
      const at = positiveAxis(axis, x.rank);
      const shape = keepdims ? x.shape.map((dim, i) => (i === at ? 1 : dim)) : x.shape.filter((_, i) => i !== at);
      return e.one("ArgMax", [x], "int64", shape, { axis: at, keepdims: keepdims ? 1 : 0 });
    },
    softmax: (x: Value, axis = -1) => e.one("Softmax", [x], x.dtype, x.shape, { axis: positiveAxis(axis, x.rank) }),
    logSoftmax: (x: Value, axis = -1): Value => {
      const at = positiveAxis(axis, x.rank);
      if (e.lowering === "cpu") return e.one("LogSoftmax", [x], x.dtype, x.shape, { axis: at });
      return e.one("Sub", [x, reduce("ReduceLogSumExp")(x, [at], true)], x.dtype, x.shape);
    },
    cumSum: (x: Value, axis: number, options: { exclusive?: boolean; reverse?: boolean } = {}) =>
      e.one("CumSum", [x, e.scalar(positiveAxis(axis, x.rank), "int64")], x.dtype, x.shape, {
        exclusive: options.exclusive ? 1 : 0,
        reverse: options.reverse ? 1 : 0,
      }),
  };
}
