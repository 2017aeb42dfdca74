import { XstarError } from "@xstar/core";
import { positive, rankOf, type Symbolic } from "../../build/symbolic.js";
import { depthToSpace } from "../../ops/images.js";
import { concat, pad, split, tile, unsqueeze, type Pads } from "../../ops/shapes.js";
import type { EmitFunction } from "./emit-function.js";

/** Into equal parts, or parts of these sizes (Keras 2); Keras 3 gives the places where they are cut. */
const splitting: EmitFunction = (b, take, { name, className }) => {
  const x = take(0, "value", "x") as Symbolic;
  const axis = positive(Number(take(2, "axis") ?? 0), rankOf(x));
  const given = take(1, "num_or_size_splits", "indices_or_sections") as number | readonly number[];
  const size = x.dims[axis];
  if (size === undefined)
    throw new XstarError("unsupported-model", `Layer "${name}" splits an axis of free size, which is not supported`);
  if (typeof given === "number")
    return split(
      b,
      x,
      Array.from({ length: given }, () => size / given),
      axis,
    );
  if (!className.startsWith("ops.")) return split(b, x, given, axis);
  return split(
    b,
    x,
    [...given, size].map((at, i) => at - (given[i - 1] ?? 0)),
    axis,
  );
};

/** Keras 2 hands each value over as an argument of its own. */
const stacking: EmitFunction = (b, take) => {
  const first = take(0, "values", "x") as Symbolic | readonly Symbolic[];
  const xs: Symbolic[] = [];
  if (Array.isArray(first)) xs.push(...(first as readonly Symbolic[]));
  else for (let x = first as Symbolic | undefined; x; x = take(xs.length) as Symbolic | undefined) xs.push(x);
  const axis = positive(Number(take(xs.length, "axis") ?? 0), rankOf(xs[0]!) + 1);
  const rows = xs.map((x) => unsqueeze(b, x, [axis]));
  return concat(b, rows, axis);
};

const modes: Readonly<Record<string, string>> = { constant: "constant", reflect: "reflect", edge: "edge" };

const padding: EmitFunction = (b, take, { name }) => {
  const asked = String(take(2, "mode") ?? "constant").toLowerCase();
  const mode = modes[asked];
  if (mode) {
    const value = Number(take(3, "constant_values") ?? 0);
    return pad(b, take(0, "tensor", "x") as Symbolic, take(1, "paddings", "pad_width") as Pads, mode, value);
  }
  throw new XstarError("unsupported-model", `Layer "${name}" pads by "${asked}", which is not supported`);
};

/** Functions that move, copy or cut. */
export const rearranging: Readonly<Record<string, EmitFunction>> = {
  split: splitting,
  stack: stacking,
  pad: padding,
  tile: (b, take) => tile(b, take(0, "input", "x") as Symbolic, take(1, "multiples", "repeats") as number[]),
  depth_to_space: (b, take) => depthToSpace(b, take(0, "input", "x") as Symbolic, Number(take(1, "block_size"))),
};
