import { XstarError } from "../../errors.js";
import { dtypeNumbers, sameShape, size, tensor, type DType, type Shape } from "../../tensor.js";
import type { Value } from "../graph.js";
import { positiveAxis, type Emitter } from "./emitter.js";

/** What becomes of an element that is written to: replaced, or combined with what is written. */
export type ScatterReduction = "none" | "add" | "mul" | "min" | "max";

export type PadMode = "constant" | "reflect" | "edge" | "wrap";

/** Operators that move elements without computing. */
export function shape(e: Emitter) {
  const cast = (x: Value, to: DType) => e.one("Cast", [x], to, x.shape, { to: dtypeNumbers[to] });
  const reshape = (x: Value, to: Shape): Value => {
    if (sameShape(x.shape, to)) return x;
    if (size(x.shape) !== size(to)) throw new XstarError("bad-graph", `Cannot reshape [${x.shape}] to [${to}]`);
    return e.one("Reshape", [x, e.ints(to)], x.dtype, to, { allowzero: to.includes(0) ? 1 : undefined });
  };
  const transpose = (x: Value, permutation: readonly number[]): Value => {
    if (permutation.every((axis, i) => axis === i)) return x;
    return e.one(
      "Transpose",
      [x],
      x.dtype,
      permutation.map((axis) => x.shape[axis]!),
      { perm: permutation },
    );
  };
  const concat = (parts: readonly Value[], axis: number): Value => {
    const [first] = parts;
    if (parts.length === 1) return first!;
    const at = positiveAxis(axis, first!.rank);
    const total = parts.reduce((sum, part) => sum + part.shape[at]!, 0);
    return e.one(
      "Concat",
      parts,
      first!.dtype,
      first!.shape.map((dim, i) => (i === at ? total : dim)),
      { axis: at },
    );
  };
  const slice = (x: Value, ranges: readonly { axis: number; start: number; end: number; step?: number }[]): Value => {
    const kept = ranges
      .map((range) => ({ step: 1, ...range, axis: positiveAxis(range.axis, x.rank) }))
      .filter(({ axis, start, end, step }) => !(step === 1 && start === 0 && end === x.shape[axis]));
    if (kept.length === 0) return x;
    const dims = [...x.shape];
    for (const { axis, start, end, step } of kept) dims[axis] = Math.max(0, Math.ceil((end - start) / step));
    const column = (read: (range: (typeof kept)[number]) => number) => e.ints(kept.map(read));
    return e.one(
      "Slice",
      [
        x,
        column(({ start }) => start),
        column(({ end }) => (end < 0 ? -(2 ** 31) : end)),
        column(({ axis }) => axis),
        column(({ step }) => step),
      ],
      x.dtype,
      dims,
    );
  };
  const split = (x: Value, sizes: readonly number[], axis: number): Value[] => {
    if (sizes.length === 1) return [x];
    const at = positiveAxis(axis, x.rank);
    const types = sizes.map((own) => ({ dtype: x.dtype, shape: x.shape.map((dim, i) => (i === at ? own : dim)) }));
    return e.emit("Split", [x, e.ints(sizes)], types, { axis: at });
  };
  /** A value of one number. */
  const fill = (to: Shape, value: number, dtype: DType = "float32"): Value => {
    const zeros = () => e.one("ConstantOfShape", [e.ints(to)], "float32", to);
    if (size(to) === 0 && dtype !== "float32") return cast(zeros(), dtype);
    if (size(to) === 0 || (value === 0 && dtype === "float32")) return zeros();
    return e.one("Expand", [e.scalar(value, dtype), e.ints(to)], dtype, to);
  };
  /** ONNX Runtime reduces no float16 while it scatters. */
  const inSingle = (
    data: Value,
    updates: Value,
    how: ScatterReduction,
    scatter: (into: Value, from: Value) => Value,
  ) => {
    if (how === "none" || data.dtype !== "float16") return scatter(data, updates);
    return cast(scatter(cast(data, "float32"), cast(updates, "float32")), "float16");
  };
  return {
    reshape,
    /** All axes after the first one made one; the batch size is not written into the graph. */
    flatten: (x: Value): Value => e.one("Flatten", [x], x.dtype, [x.shape[0]!, size(x.shape.slice(1))], { axis: 1 }),
    transpose,
    concat,
    slice,
    split,
    /** Elements `from` to `to` (exclusive) with a step along one axis; a negative step walks from `from` down to above `to`, -1 being before the first. */
    sliceAxis: (x: Value, axis: number, start: number, end: number, step = 1) => slice(x, [{ axis, start, end, step }]),
    /** The order along the axes reversed. */
    flip: (x: Value, axes: readonly number[]) =>
      slice(
        x,
        axes.map((axis) => ({ axis, start: x.shape[positiveAxis(axis, x.rank)]! - 1, end: -1, step: -1 })),
      ),
    squeeze: (x: Value, axes: readonly number[]) => {
      const positive = axes.map((axis) => positiveAxis(axis, x.rank));
      return reshape(
        x,
        x.shape.filter((_, i) => !positive.includes(i)),
      );
    },
    unsqueeze: (x: Value, axes: readonly number[]) => {
      const rank = x.rank + axes.length;
      const added = axes.map((axis) => positiveAxis(axis, rank));
      const rest = [...x.shape];
      return reshape(
        x,
        Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : rest.shift()!)),
      );
    },
    /** ONNX Runtime expands an axis of 1 to 1 where it should become none. */
    expand: (x: Value, to: Shape): Value => {
      if (sameShape(x.shape, to)) return x;
      return size(to) === 0 ? fill(to, 0, x.dtype) : e.one("Expand", [x, e.ints(to)], x.dtype, to);
    },
    tile: (x: Value, repeats: readonly number[]): Value =>
      repeats.every((n) => n === 1)
        ? x
        : e.one(
            "Tile",
            [x, e.ints(repeats)],
            x.dtype,
            x.shape.map((dim, i) => dim * repeats[i]!),
          ),
    /** Pads `before[i]` and `after[i]` elements to axis i; negative numbers crop. */
    pad: (
      x: Value,
      before: readonly number[],
      after: readonly number[],
      mode: PadMode = "constant",
      value = 0,
    ): Value => {
      if ([...before, ...after].every((n) => n === 0)) return x;
      const fill = mode === "constant" && value !== 0 ? e.scalar(value, x.dtype) : undefined;
      return e.one(
        "Pad",
        [x, e.ints([...before, ...after]), fill],
        x.dtype,
        x.shape.map((dim, i) => dim + before[i]! + after[i]!),
        { mode },
      );
    },
    fill,
    gather: (x: Value, indices: Value, axis = 0): Value => {
      const at = positiveAxis(axis, x.rank);
      return e.one(
        "Gather",
        [x, indices],
        x.dtype,
        [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)],
        {
          axis: at,
        },
      );
    },
    gatherElements: (x: Value, indices: Value, axis: number) =>
      e.one("GatherElements", [x, indices], x.dtype, indices.shape, { axis: positiveAxis(axis, x.rank) }),
    gatherND: (x: Value, indices: Value, batchDims = 0) =>
      e.one(
        "GatherND",
        [x, indices],
        x.dtype,
        [...indices.shape.slice(0, -1), ...x.shape.slice(batchDims + indices.shape.at(-1)!)],
        { batch_dims: batchDims },
      ),
    scatterElements: (data: Value, indices: Value, updates: Value, axis: number, how: ScatterReduction = "none") =>
      inSingle(data, updates, how, (into, from) =>
        e.one("ScatterElements", [into, indices, from], into.dtype, into.shape, {
          axis: positiveAxis(axis, into.rank),
          reduction: how,
        }),
      ),
    scatterND: (data: Value, indices: Value, updates: Value, how: ScatterReduction = "none") =>
      inSingle(data, updates, how, (into, from) =>
        e.one("ScatterND", [into, indices, from], into.dtype, into.shape, { reduction: how }),
      ),
    /** 0, 1, ... n-1 as int64. */
    range: (n: number) =>
      e.constant(
        tensor(
          "int64",
          Array.from({ length: n }, (_, i) => i),
        ),
        "range",
      ),
  };
}
