import { tensor, XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { inPhysicalOrder, positive, rankOf, wholeNumbers, type Dim, type Symbolic } from "../../build/symbolic.js";
import { depthToSpace, resize, spaceToDepth, type Resizing } from "../../ops/images.js";
import { cast } from "../../ops/elementwise.js";
import {
  beyond,
  concat,
  gather,
  reshape,
  slice,
  split,
  squeeze,
  tile,
  transpose,
  unsqueeze,
  type Part,
} from "../../ops/shapes.js";
import type { EmitOp, OpRows, Settings } from "../op.js";
import { channelsLast } from "./channels.js";
import { stridedSlice } from "./strided-slice.js";

/** A shape as far as it is known; at run time it is read from the value. */
const shapeOf: EmitOp = (b, [x]) => {
  if (!x!.dims.includes(undefined)) return b.ints(x!.dims as number[]);
  const found = b.emit("Shape", [x], { dims: [rankOf(x!)], dtype: "int64" });
  const places = inPhysicalOrder(
    x!,
    x!.dims.map((_, i) => i),
  );
  const ordered = x!.isFirst ? gather(b, found, b.ints(places.map((_, axis) => places.indexOf(axis))), 0) : found;
  return { ...ordered, known: x!.dims };
};

const reshaping: EmitOp = (b, [x, shape], op) => {
  const known = shape!.known;
  if (!known) return dynamicReshape(b, x!, shape!, op);
  const spec = known.map((dim, i) => dim ?? (x!.dims[i] === undefined && i < rankOf(x!) ? 0 : -1));
  const open = spec.filter((dim) => dim === -1).length;
  if (open > 1) return dynamicReshape(b, x!, shape!, op);
  // a batch that was counted at run time stays the batch
  return reshape(
    b,
    x!,
    open === 0 && !known.includes(-1)
      ? spec.map((dim) => (dim === 0 && spec.filter((d) => d === 0).length === 1 ? -1 : dim))
      : spec,
  );
};

function dynamicReshape(b: Builder, x: Symbolic, shape: Symbolic, { name }: Settings): Symbolic {
  const rank = shape.dims[0];
  if (rank === undefined)
    throw new XstarError(
      "unsupported-model",
      `Operation "${name}" gives a value of a rank that depends on the input, which is not supported`,
    );
  const dims: readonly Dim[] =
    shape.known?.map((dim) => (dim === -1 ? undefined : dim)) ?? Array.from({ length: rank }, () => undefined);
  return b.emit("Reshape", [b.last(x), shape], { dims, dtype: x.dtype });
}

const pack: EmitOp = (b, xs, op) => {
  const axis = op.int("axis", 0);
  if (xs.every((x) => x.known && rankOf(x) === 0)) {
    const known = xs.map((x) => x.known![0]);
    if (!known.includes(undefined)) return b.ints(known as number[]);
    const parts = xs.map((x) => b.emit("Unsqueeze", [x, b.ints([0])], { dims: [1], dtype: "int64" }));
    return { ...b.emit("Concat", parts, { dims: [xs.length], dtype: "int64" }, { axis: 0 }), known };
  }
  return concat(
    b,
    xs.map((x) => unsqueeze(b, x, [positive(axis, rankOf(x) + 1)])),
    positive(axis, rankOf(xs[0]!) + 1),
  );
};

const unpack: EmitOp = (b, [x], op) => {
  const axis = positive(op.int("axis", 0), rankOf(x!));
  const parts = split(
    b,
    x!,
    Array.from({ length: op.int("num", x!.dims[axis] ?? 1) }, () => 1),
    axis,
  );
  return parts.map((part) => squeeze(b, part, [axis]));
};

const splitting: EmitOp = (b, [axis, x], op) => {
  const [at] = wholeNumbers(axis!, "The axis of a split") as [number];
  const count = op.int("num_split", 1);
  const size = x!.dims.at(at);
  if (size === undefined)
    throw new XstarError(
      "unsupported-model",
      `Operation "${op.name}" splits an axis of a free size, which is not supported`,
    );
  return split(
    b,
    x!,
    Array.from({ length: count }, () => size / count),
    at,
  );
};

const splittingBySizes: EmitOp = (b, [x, sizes, axis]) => {
  const [at] = wholeNumbers(axis!, "The axis of a split") as [number];
  const list = wholeNumbers(sizes!, "The sizes of a split");
  const rest = (x!.dims.at(at) ?? 0) - list.reduce((sum, n) => sum + Math.max(n, 0), 0);
  return split(
    b,
    x!,
    list.map((n) => (n < 0 ? rest : n)),
    at,
  );
};

const slicing: EmitOp = (b, [x, begin, size]) => {
  const [starts, sizes] = [wholeNumbers(begin!, "The begin of a slice"), wholeNumbers(size!, "The size of a slice")];
  const parts = starts.map((start, axis): Part => ({
    axis,
    start,
    end: sizes[axis] === -1 ? beyond : start + sizes[axis]!,
  }));
  return slice(
    b,
    x!,
    parts.filter(({ axis, start, end }) => start !== 0 || end < (x!.dims[axis] ?? beyond)),
  );
};

const squeezing: EmitOp = (b, [x], op) => {
  const given = op.ints(op.has("squeeze_dims") ? "squeeze_dims" : "axis");
  return squeeze(b, x!, given.length > 0 ? given : x!.dims.flatMap((dim, i) => (dim === 1 ? [i] : [])));
};

const transposing: EmitOp = (b, [x, perm]) => transpose(b, x!, wholeNumbers(perm!, "The order of a transpose"));

const gathering: EmitOp = (b, [x, indices, axis]) => {
  const at = axis ? wholeNumbers(axis, "The axis of a gather")[0]! : 0;
  const picked = indices!.known?.map((i) => (i === undefined ? undefined : x!.known?.at(i)));
  if (x!.known && picked && !picked.includes(undefined)) return b.ints(picked as number[], indices!.dims as number[]);
  return gather(b, x!, indices!, at);
};

/** To a shape of which some sizes may be known only at run time. */
function expanded(b: Builder, x: Symbolic, shape: Symbolic): Symbolic {
  const dims = shape.known ?? wholeNumbers(shape, "A shape");
  return b.emit("Expand", [b.last(x), shape], { dims, dtype: x.dtype });
}

const fill: EmitOp = (b, [shape, value]) => expanded(b, value!, shape!);

const broadcastTo: EmitOp = (b, [x, shape]) => expanded(b, x!, shape!);

const range: EmitOp = (b, given) => {
  const [start, limit, delta] = given.map((x) => wholeNumbers(x, "The bounds of a range")[0]!) as [
    number,
    number,
    number,
  ];
  const values = Array.from({ length: Math.max(0, Math.ceil((limit - start) / delta)) }, (_, i) => start + i * delta);
  return cast(b, b.ints(values), given[0]!.dtype);
};

const oneHot: EmitOp = (b, [indices, depth, on, off]) => {
  const [classes] = wholeNumbers(depth!, "The number of classes") as [number];
  const values = b.emit(
    "Concat",
    [unsqueeze(b, off!, [0]), unsqueeze(b, on!, [0])],
    { dims: [2], dtype: on!.dtype },
    { axis: 0 },
  );
  return b.emit("OneHot", [indices, b.ints([classes]), values], {
    dims: [...indices!.dims, classes],
    dtype: on!.dtype,
  });
};

const topK: EmitOp = (b, [x, k]) => {
  const [count] = wholeNumbers(k!, "The number of largest values") as [number];
  const dims = [...x!.dims.slice(0, -1), count];
  return b.emitMany("TopK", [b.last(x!), b.ints([count])], [{ dims }, { dims, dtype: "int64" }]);
};

const gatherNd: EmitOp = (b, [x, indices]) => {
  const depth = indices!.dims.at(-1);
  if (depth === undefined)
    throw new XstarError("unsupported-model", "The depth of a GatherNd depends on the input, which is not supported");
  return b.emit("GatherND", [b.last(x!), b.last(indices!)], {
    dims: [...indices!.dims.slice(0, -1), ...x!.dims.slice(depth)],
    dtype: x!.dtype,
  });
};

const resizing =
  (method: Resizing["method"]): EmitOp =>
  (b, [x, size], op) => {
    const sizes = wholeNumbers(size!, "The size of a resize");
    const pixels = op.flag("align_corners") ? "aligned" : op.flag("half_pixel_centers") ? "half" : "corner";
    return resize(b, x!, { sizes }, { method, pixels });
  };

const count: EmitOp = (b, [x], op) => {
  if (x!.dims.includes(undefined))
    throw new XstarError(
      "unsupported-model",
      `Operation "${op.name}" counts elements of a free size, which is not supported`,
    );
  return b.ints([(x!.dims as number[]).reduce((product, dim) => product * dim, 1)], []);
};

const reversing: EmitOp = (b, [x, axes]) =>
  slice(
    b,
    x!,
    wholeNumbers(axes!, "The axes of a reversal").map((axis) => ({ axis, start: -1, end: -(2 ** 31), step: -1 })),
  );

const cumulative: EmitOp = (b, [x, axis], op) => {
  const [at] = wholeNumbers(axis!, "The axis of a sum") as [number];
  const attributes = { exclusive: op.flag("exclusive") ? 1 : 0, reverse: op.flag("reverse") ? 1 : 0 };
  return b.emit(
    "CumSum",
    [b.last(x!), b.constant(tensor("int64", [at], []))],
    { dims: x!.dims, dtype: x!.dtype },
    attributes,
  );
};

/** What goes out at the end of an axis comes in at its start. */
const rolling: EmitOp = (b, [x, shifts, axes]) => {
  const by = wholeNumbers(shifts!, "How far a roll goes");
  return wholeNumbers(axes!, "The axes of a roll").reduce((turned, axis, i) => {
    const part = (start: number, end: number) => slice(b, turned, [{ axis, start, end }]);
    return by[i] === 0 ? turned : concat(b, [part(-by[i]!, beyond), part(0, -by[i]!)], axis);
  }, x!);
};

/** Operations that move, copy, choose or count. */
export const shapes: OpRows = {
  Shape: shapeOf,
  Size: count,
  Rank: (b, [x]) => b.ints([rankOf(x!)], []),
  Reshape: reshaping,
  Squeeze: squeezing,
  ExpandDims: (b, [x, axis]) => unsqueeze(b, x!, [wholeNumbers(axis!, "The axis of a new dimension")[0]!]),
  Transpose: transposing,
  ConcatV2: (b, xs) => concat(b, xs.slice(0, -1), wholeNumbers(xs.at(-1)!, "The axis of a concatenation")[0]!),
  Concat: (b, xs) => concat(b, xs.slice(1), wholeNumbers(xs[0]!, "The axis of a concatenation")[0]!),
  Pack: pack,
  Unpack: unpack,
  Split: splitting,
  SplitV: splittingBySizes,
  Slice: slicing,
  StridedSlice: stridedSlice,
  Tile: (b, [x, repeats]) => tile(b, x!, wholeNumbers(repeats!, "The repeats of a tile")),
  BroadcastTo: broadcastTo,
  Fill: fill,
  Range: range,
  GatherV2: gathering,
  Gather: gathering,
  GatherNd: gatherNd,
  OneHot: oneHot,
  TopKV2: topK,
  ReverseV2: reversing,
  Cumsum: cumulative,
  Roll: rolling,
  ResizeBilinear: resizing("bilinear"),
  ResizeNearestNeighbor: resizing("nearest"),
  DepthToSpace: (b, [x], op) => channelsLast(b, x!, op, (moved) => depthToSpace(b, moved, op.int("block_size", 2))),
  SpaceToDepth: (b, [x], op) => channelsLast(b, x!, op, (moved) => spaceToDepth(b, moved, op.int("block_size", 2))),
};
