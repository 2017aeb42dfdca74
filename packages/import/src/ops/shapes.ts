import type { Tensor } from "@xstar/core";
import { reshaped, transposed } from "../build/arrays.js";
import { tensorOf, type Builder } from "../build/builder.js";
import {
  elementCount,
  physicalAxis,
  positive,
  rankOf,
  toFirst,
  toLast,
  type Dim,
  type Symbolic,
} from "../build/symbolic.js";
import { aligned, scalarLike } from "./elementwise.js";

/** Into another shape, as ONNX's Reshape: 0 keeps a dimension, -1 is what is left. */
export function reshape(b: Builder, x: Symbolic, spec: readonly number[]): Symbolic {
  const held = tensorOf(x);
  const count = elementCount(x.dims);
  const kept = spec.map((dim, i) => (dim === 0 ? x.dims[i] : dim));
  const others = elementCount(kept.filter((dim) => dim !== -1));
  const rest = count === undefined || !others ? inferred(x.dims, kept) : count / others;
  const dims = kept.map((dim) => (dim === -1 ? rest : dim));
  if (held) return b.derived(x, reshaped(held, dims as number[]));
  if (dims.length === x.dims.length && dims.every((dim, i) => dim === x.dims[i] && dim !== undefined)) return x;
  const to = b.ints(spec.map((dim) => (dim === -1 && rest !== undefined && !spec.includes(0) ? rest : dim)));
  return { ...b.emit("Reshape", [b.last(x), to], { dims, dtype: x.dtype }), ...(x.known && { known: x.known }) };
}

/** What -1 stands for where the only free dimension is also kept. */
function inferred(from: readonly Dim[], to: readonly Dim[]): Dim {
  const free = (dims: readonly Dim[]) => dims.filter((dim) => dim === undefined).length;
  if (free(from) !== free(to)) return undefined;
  const known = (dims: readonly Dim[]) => elementCount(dims.filter((dim) => dim !== undefined && dim !== -1))!;
  return known(from) / known(to);
}

/** [batch, everything else]. */
export function flatten(b: Builder, x: Symbolic): Symbolic {
  if (rankOf(x) === 2) return x;
  return reshape(b, x, rankOf(x) === 1 ? [0, 1] : [0, -1]);
}

/** The axes of `dims` in another order; between the two layouts of pictures nothing moves. */
export function transpose(b: Builder, x: Symbolic, perm: readonly number[]): Symbolic {
  const rank = rankOf(x);
  if (perm.every((axis, i) => axis === i)) return x;
  const dims = perm.map((axis) => x.dims[axis]);
  const held = tensorOf(x);
  if (held) return b.derived(x, transposed(held, perm));
  if (rank >= 3 && !x.isFirst && String(perm) === String(toLast(rank))) return { ...x, dims, isFirst: true };
  if (rank >= 3 && x.isFirst && String(perm) === String(toFirst(rank))) return { ...x, dims, isFirst: false };
  return b.emit("Transpose", [b.last(x)], { dims, dtype: x.dtype }, { perm });
}

export function concat(b: Builder, xs: readonly Symbolic[], axis: number): Symbolic {
  const rank = rankOf(xs[0]!);
  const at = positive(axis, rank);
  const known = rank === 1 && xs.every((x) => x.known) ? xs.flatMap((x) => x.known!) : undefined;
  if (known && !known.includes(undefined)) return b.ints(known as number[]);
  const parts = aligned(b, xs);
  const sizes = parts.map(({ dims }) => dims[at]);
  const total = sizes.includes(undefined) ? undefined : (sizes as number[]).reduce((sum, dim) => sum + dim, 0);
  const dims = parts[0]!.dims.map((dim, i) => (i === at ? total : (dim ?? parts.find((p) => p.dims[i])?.dims[i])));
  const { dtype, isFirst } = parts[0]!;
  const joined = b.emit("Concat", parts, { dims, dtype, isFirst }, { axis: physicalAxis(parts[0]!, at) });
  return { ...joined, ...(known && { known }) };
}

/** An end that no axis reaches. */
export const beyond = 2 ** 31 - 1;

/** A part of an axis; `end` may lie beyond it, and both may count from its end. */
export interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

export function slice(b: Builder, x: Symbolic, parts: readonly Part[]): Symbolic {
  if (parts.length === 0) return x;
  const dims = [...x.dims];
  for (const { axis, start, end, step = 1 } of parts)
    dims[positive(axis, dims.length)] = sliced(x.dims.at(axis), start, end, step);
  const column = (read: (part: Part) => number) => b.ints(parts.map(read));
  return b.emit(
    "Slice",
    [
      x,
      column(({ start }) => start),
      column(({ end }) => end),
      column(({ axis }) => physicalAxis(x, axis)),
      column(({ step = 1 }) => step),
    ],
    { dims, dtype: x.dtype, isFirst: x.isFirst },
  );
}

/** How many elements a slice of an axis has. */
function sliced(dim: Dim, start: number, end: number, step: number): Dim {
  if (dim === undefined) return start >= 0 && end >= 0 && step === 1 && end < beyond ? end - start : undefined;
  const place = (at: number) => Math.min(Math.max(at < 0 ? at + dim : at, step < 0 ? -1 : 0), step < 0 ? dim - 1 : dim);
  const stop = step < 0 && end < -dim ? -1 : place(end);
  return Math.max(0, Math.ceil((stop - place(start)) / step));
}

export function split(b: Builder, x: Symbolic, sizes: readonly number[], axis: number): Symbolic[] {
  const at = positive(axis, rankOf(x));
  const results = sizes.map((size) => ({
    dims: x.dims.map((dim, i) => (i === at ? size : dim)),
    dtype: x.dtype,
    isFirst: x.isFirst,
  }));
  return b.emitMany("Split", [x, b.ints(sizes)], results, { axis: physicalAxis(x, at) });
}

/** Axes of size 1 taken away. */
export function squeeze(b: Builder, x: Symbolic, axes: readonly number[]): Symbolic {
  const rank = rankOf(x);
  const gone = axes.map((axis) => positive(axis, rank));
  const dims = x.dims.filter((_, i) => !gone.includes(i));
  if (gone.length === 0) return x;
  const held = tensorOf(x);
  if (held) return b.derived(x, reshaped(held, dims as number[]));
  const isRepeated = x.isFirst && !gone.includes(0) && !gone.includes(rank - 1);
  const from = isRepeated ? x : b.last(x);
  const at = b.ints(gone.map((axis) => physicalAxis(from, axis)));
  const isFirst = isRepeated && dims.length >= 3;
  return { ...b.emit("Squeeze", [from, at], { dims, dtype: x.dtype, isFirst }), ...(x.known && { known: x.known }) };
}

/** New axes of size 1, at these places of the result. */
export function unsqueeze(b: Builder, x: Symbolic, axes: readonly number[]): Symbolic {
  if (axes.length === 0) return x;
  const rank = rankOf(x) + axes.length;
  const added = axes.map((axis) => positive(axis, rank)).sort((p, q) => p - q);
  const rest = [...x.dims];
  const dims = Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : rest.shift()));
  const held = tensorOf(x);
  if (held) return b.derived(x, reshaped(held, dims as number[]));
  const isRepeated = x.isFirst && !added.includes(0) && !added.includes(rank - 1);
  const from = isRepeated ? x : b.last(x);
  const at = b.ints(added.map((axis) => (isRepeated ? axis + 1 : axis)));
  return {
    ...b.emit("Unsqueeze", [from, at], { dims, dtype: x.dtype, isFirst: isRepeated }),
    ...(x.known && { known: x.known }),
  };
}

/** [before, after] for each axis of `dims`. */
export type Pads = readonly (readonly [number, number])[];

export function pad(b: Builder, x: Symbolic, pads: Pads, mode = "constant", value = 0): Symbolic {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return x;
  const dims = x.dims.map((dim, i) => dim && dim + pads[i]![0] + pads[i]![1]);
  const ordered = pads.map((_, i) => i).sort((p, q) => physicalAxis(x, p) - physicalAxis(x, q));
  const list = b.ints([...ordered.map((i) => pads[i]![0]), ...ordered.map((i) => pads[i]![1])]);
  const fill = mode === "constant" && value !== 0 ? scalarLike(b, value, x.dtype) : undefined;
  return b.emit("Pad", [x, list, fill], { dims, dtype: x.dtype, isFirst: x.isFirst }, { mode });
}

export function tile(b: Builder, x: Symbolic, repeats: readonly number[]): Symbolic {
  if (repeats.every((count) => count === 1)) return x;
  const dims = x.dims.map((dim, i) => dim && dim * repeats[i]!);
  return b.emit("Tile", [b.last(x), b.ints(repeats)], { dims, dtype: x.dtype });
}

export function gather(b: Builder, x: Symbolic, indices: Symbolic, axis: number): Symbolic {
  const at = positive(axis, rankOf(x));
  const dims = [...x.dims.slice(0, at), ...indices.dims, ...x.dims.slice(at + 1)];
  return b.emit("Gather", [b.last(x), b.last(indices)], { dims, dtype: x.dtype }, { axis: at });
}

/** Rows of a table of constants, one for each whole number. */
export function embedding(b: Builder, table: Tensor, indices: Symbolic): Symbolic {
  return gather(b, b.constant(table, "embeddings"), indices, 0);
}
