import type { Value } from "../../ir/graph.js";
import { size } from "../../tensor.js";
import type { Draw, Maker } from "./draw.js";

/** What Reshape is told: dimensions in another order of factors, with 0 and -1 in places. */
function reshaped(draw: Draw, x: Value): number[] {
  const shape = draw.shapeOf(x);
  const count = size(shape);
  const first = draw.pick(Array.from({ length: count }, (_, i) => i + 1).filter((n) => count % n === 0));
  const to = draw.pick([[first, count / first], [first, -1], [-1], [1, first, count / first], [-1, first]]);
  return draw.chance(0.3) && shape.length > 1 ? [0, -1] : to;
}

const indices = (draw: Draw, count: number, below: number) =>
  Array.from({ length: count }, () => draw.int(draw.opset >= 11 && draw.chance(0.3) ? -below : 0, below - 1));

const split: Maker = (draw) => {
  const x = draw.value(1, 2, 3, 4);
  if (!x) return undefined;
  const axis = draw.axis(draw.shapeOf(x).length);
  const length = draw.shapeOf(x).at(axis)!;
  if (length < 2) return undefined;
  const at = draw.int(1, length - 1);
  const { input, attributes } = draw.list("split", [at, length - at], 13);
  if (draw.opset >= 18 && draw.chance(0.4)) return draw.node("Split", [x], { axis, num_outputs: 2 }, 2);
  return draw.node("Split", [x, ...input], { axis, ...attributes }, 2);
};

const slice: Maker = (draw) => {
  const x = draw.value(1, 2, 3, 4, 5);
  if (!x) return undefined;
  const shape = draw.shapeOf(x);
  const axes = draw.axes(shape.length, 1, 10);
  const steps = axes.map(() => (draw.opset >= 10 ? draw.pick([1, 1, 2, -1]) : 1));
  const ranges = axes.map((axis, i) => {
    const length = shape.at(axis)!;
    const [low, high] = [draw.int(0, length - 1), draw.int(0, length - 1)].toSorted((a, b) => a - b) as [
      number,
      number,
    ];
    if (steps[i]! < 0) return [high, low === 0 ? -length - 1 : low - 1];
    return [low, draw.chance(0.3) ? 2 ** 31 - 1 : high + 1];
  });
  const [starts, ends] = [ranges.map(([start]) => start!), ranges.map(([, end]) => end!)];
  if (draw.opset < 10) return draw.one("Slice", [x], { axes, starts, ends });
  return draw.one("Slice", [x, draw.constant(starts), draw.constant(ends), draw.constant(axes), draw.constant(steps)]);
};

const pad: Maker = (draw) => {
  const x = draw.value(1, 2, 3, 4, 5);
  if (!x) return undefined;
  const shape = draw.shapeOf(x);
  const mode = draw.pick(["constant", "reflect", "edge", ...(draw.opset >= 19 ? ["wrap"] : [])]);
  const amount = (length: number) =>
    draw.chance() ? 0 : draw.int(mode === "constant" ? -1 : 0, mode === "reflect" ? length - 1 : length);
  const pads = [...shape, ...shape].map((length) => (length < 2 ? 0 : Math.min(2, amount(length))));
  if (draw.opset < 11) return draw.one("Pad", [x], { mode, pads, ...(draw.chance() && { value: { float: 0.5 } }) });
  return draw.one(
    "Pad",
    [x, draw.constant(pads), ...(mode === "constant" ? [draw.constant([0.3], "float32", [])] : [])],
    { mode },
  );
};

const scatterElements: Maker = (draw) => {
  const x = draw.value(1, 2, 3);
  if (!x) return undefined;
  const shape = draw.shapeOf(x);
  const axis = draw.axis(shape.length);
  const length = shape.at(axis)!;
  const along = (axis + shape.length) % shape.length;
  // one permutation for all rows: no place is written twice
  const order = [...draw.rng.permutation(length)].slice(0, draw.int(1, length));
  const dims = shape.map((dim, i) => (i === along ? order.length : dim));
  const inner = size(dims.slice(along + 1));
  const places = Array.from({ length: size(dims) }, (_, i) => order[Math.floor(i / inner) % order.length]!);
  const reductions =
    draw.opset >= 18 ? ["none", "add", "mul", "max", "min"] : draw.opset >= 16 ? ["none", "add", "mul"] : [];
  const reduction = reductions.length > 0 && draw.chance() ? { reduction: draw.pick(reductions) } : {};
  return draw.one("ScatterElements", [x, draw.constant(places, "int64", dims), draw.operand(dims)], {
    axis,
    ...reduction,
  });
};

export const arrangements: Readonly<Record<string, Maker>> = {
  Split: split,
  Slice: slice,
  Pad: pad,
  ScatterElements: scatterElements,
  Reshape: (draw) => {
    const x = draw.value();
    return x && draw.one("Reshape", [x, draw.constant(reshaped(draw, x))]);
  },
  /** Reshape by arithmetic on a shape, as exporters write it. */
  Shape: (draw) => {
    const x = draw.value(2, 3, 4);
    if (!x) return undefined;
    const first = draw.one("Gather", [draw.one("Shape", [x]), draw.constant([0])], { axis: 0 });
    return draw.one("Reshape", [x, draw.one("Concat", [first, draw.constant([-1])], { axis: 0 })]);
  },
  Flatten: (draw) => {
    const x = draw.value(1, 2, 3, 4, 5);
    return x && draw.one("Flatten", [x], { axis: draw.axis(draw.shapeOf(x).length) });
  },
  Squeeze: (draw) => {
    const x = draw.value(1, 2, 3, 4, 5);
    if (!x) return undefined;
    const ones = draw.shapeOf(x).flatMap((dim, axis) => (dim === 1 ? [axis] : []));
    if (draw.chance(0.2) || ones.length === 0) return draw.one("Squeeze", [x]);
    const { input, attributes } = draw.list("axes", [draw.pick(ones)], 13);
    return draw.one("Squeeze", [x, ...input], attributes);
  },
  Unsqueeze: (draw) => {
    const x = draw.value(0, 1, 2, 3, 4);
    if (!x) return undefined;
    const { input, attributes } = draw.list("axes", [draw.axis(draw.shapeOf(x).length + 1)], 13);
    return draw.one("Unsqueeze", [x, ...input], attributes);
  },
  Transpose: (draw) => {
    const x = draw.value(1, 2, 3, 4, 5);
    if (!x) return undefined;
    return draw.one(
      "Transpose",
      [x],
      draw.chance(0.2) ? {} : { perm: [...draw.rng.permutation(draw.shapeOf(x).length)] },
    );
  },
  Expand: (draw) => {
    const x = draw.value(0, 1, 2, 3, 4);
    if (!x) return undefined;
    const shape = draw.shapeOf(x).map((dim) => (dim === 1 ? draw.int(1, 3) : draw.chance(0.3) ? 1 : dim));
    return draw.one("Expand", [x, draw.constant(draw.chance(0.3) ? [2, ...shape] : shape)]);
  },
  Tile: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    return x && draw.one("Tile", [x, draw.constant(draw.shapeOf(x).map(() => draw.pick([1, 1, 2])))]);
  },
  Concat: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const rank = draw.shapeOf(x).length;
    const axis = draw.axis(rank);
    const other = draw.operand(draw.shapeOf(x).map((dim, i) => (i === (axis + rank) % rank ? draw.int(1, 3) : dim)));
    return draw.one("Concat", draw.chance() ? [x, other] : [other, x, ...(draw.chance(0.3) ? [x] : [])], { axis });
  },
  DepthToSpace: (draw) => {
    const x = draw.value(4);
    const mode = draw.opset >= 11 ? { mode: draw.pick(["DCR", "CRD"]) } : {};
    return x && draw.one("DepthToSpace", [x], { blocksize: 2, ...mode });
  },
  SpaceToDepth: (draw) => {
    const x = draw.value(4);
    return x && draw.one("SpaceToDepth", [x], { blocksize: 2 });
  },
  Trilu: (draw) => {
    const x = draw.value(2, 3, 4);
    return x && draw.one("Trilu", [x, draw.constant([draw.int(-1, 1)], "int64", [])], { upper: draw.int(0, 1) });
  },
  CenterCropPad: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const axes = draw.axes(draw.shapeOf(x).length);
    return draw.one("CenterCropPad", [x, draw.constant(axes.map(() => draw.int(1, 5)))], { axes });
  },
  Gather: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const axis = draw.axis(draw.shapeOf(x).length);
    const shape = draw.pick([[], [1], [3], [2, 2]]);
    const places = indices(draw, size(shape), draw.shapeOf(x).at(axis)!);
    return draw.one("Gather", [x, draw.constant(places, "int64", shape)], { axis });
  },
  GatherElements: (draw) => {
    const x = draw.value(1, 2, 3);
    if (!x) return undefined;
    const shape = draw.shapeOf(x);
    const axis = draw.axis(shape.length);
    const dims = shape.map((dim, i) => (i === (axis + shape.length) % shape.length ? draw.int(1, 4) : dim));
    return draw.one("GatherElements", [x, draw.constant(indices(draw, size(dims), shape.at(axis)!), "int64", dims)], {
      axis,
    });
  },
  GatherND: (draw) => {
    const x = draw.value(2, 3, 4);
    if (!x) return undefined;
    const shape = draw.shapeOf(x);
    const depth = draw.int(1, shape.length);
    const rows = draw.int(1, 3);
    const places = Array.from({ length: rows * depth }, (_, i) => draw.rng.int(shape[i % depth]!));
    return draw.one("GatherND", [x, draw.constant(places, "int64", [rows, depth])]);
  },
  ScatterND: (draw) => {
    const x = draw.value(1, 2, 3);
    if (!x) return undefined;
    const shape = draw.shapeOf(x);
    const rows = [...draw.rng.permutation(shape[0]!)].slice(0, draw.int(1, shape[0]!));
    const reductions =
      draw.opset >= 18 ? ["none", "add", "mul", "max", "min"] : draw.opset >= 16 ? ["none", "add", "mul"] : [];
    const reduction = reductions.length > 0 && draw.chance() ? { reduction: draw.pick(reductions) } : {};
    const updates = draw.operand([rows.length, ...shape.slice(1)]);
    return draw.one("ScatterND", [x, draw.constant(rows, "int64", [rows.length, 1]), updates], reduction);
  },
  TopK: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const axis = draw.axis(draw.shapeOf(x).length);
    const k = draw.int(1, draw.shapeOf(x).at(axis)!);
    if (draw.opset < 10) return draw.node("TopK", [x], { axis, k }, 2).slice(0, 1);
    return draw
      .node("TopK", [x, draw.constant([k])], { axis, ...(draw.opset >= 11 && { largest: draw.int(0, 1) }) }, 2)
      .slice(0, 1);
  },
  Compress: (draw) => {
    const x = draw.value(1, 2, 3);
    if (!x) return undefined;
    const axis = draw.axis(draw.shapeOf(x).length);
    const keep = Array.from({ length: draw.shapeOf(x).at(axis)! }, (_, i) => Number(i === 0 || draw.chance()));
    return draw.one("Compress", [x, draw.constant(keep, "bool")], { axis });
  },
  ReverseSequence: (draw) => {
    const x = draw.value(2, 3, 4);
    if (!x) return undefined;
    const [time, batch] = draw.shapeOf(x) as [number, number];
    return draw.one("ReverseSequence", [x, draw.constant(Array.from({ length: batch }, () => draw.int(1, time)))]);
  },
  CumSum: (draw) => {
    const x = draw.value(1, 2, 3);
    if (!x) return undefined;
    const axis = draw.constant([draw.axis(draw.shapeOf(x).length)], "int64", []);
    return draw.one("CumSum", [x, axis], { exclusive: draw.int(0, 1), reverse: draw.int(0, 1) });
  },
};
