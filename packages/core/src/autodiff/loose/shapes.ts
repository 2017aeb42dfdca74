import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { tensor } from "../../tensor.js";

/** The shape that a value has when the graph runs. */
export const shapeOf = (op: Ops, x: Value): Value => op.loose("Shape", [x], "int64");

/** How many elements it has then. */
export const sizeOf = (op: Ops, x: Value): Value => op.loose("Size", [x], "int64");

/** `x` in the shape that a value of as many elements has when the graph runs. */
export const reshapeLike = (op: Ops, x: Value, like: Value): Value => reshapeTo(op, x, shapeOf(op, like));

export const reshapeTo = (op: Ops, x: Value, shape: Value): Value =>
  op.loose("Reshape", [x, shape], x.dtype, { allowzero: 1 });

export const asRow = (op: Ops, x: Value): Value => op.loose("Reshape", [x, op.ints([-1])], x.dtype);

export const zerosOf = (op: Ops, shape: Value, dtype: Value["dtype"]): Value =>
  op.cast(op.loose("ConstantOfShape", [shape], "float32"), dtype);

export const zerosLike = (op: Ops, x: Value): Value => zerosOf(op, shapeOf(op, x), x.dtype);

export const concat = (op: Ops, parts: readonly Value[], axis: number): Value =>
  op.loose("Concat", parts, parts[0]!.dtype, { axis });

/** The sum of `x` over the axes along which a value was broadcast to its shape. */
export function sumLike(op: Ops, x: Value, like: Value): Value {
  const [from, to] = [shapeOf(op, x), shapeOf(op, like)];
  const added = op.sub(sizeOf(op, from), sizeOf(op, to));
  const one = op.constant(tensor("int64", [1], [1]), "one");
  const ones = op.loose("Expand", [one, op.loose("Reshape", [added, op.ints([1])], "int64")], "int64");
  const isRepeated = op.not(op.equal(from, concat(op, [ones, to], 0)));
  const axes = asRow(op, op.loose("NonZero", [isRepeated], "int64"));
  const sum = op.loose("ReduceSum", [x, axes], x.dtype, { keepdims: 1, noop_with_empty_axes: 1 });
  return reshapeTo(op, sum, to);
}

/** `updates` added up at `places` (rows of indices, as ScatterND has them) in zeros of a shape. */
export const addedAt = (op: Ops, shape: Value, places: Value, updates: Value): Value =>
  inSingle(op, updates, (values) =>
    op.loose("ScatterND", [zerosOf(op, shape, values.dtype), places, values], values.dtype, { reduction: "add" }),
  );

/** The same along an axis, as ScatterElements has it. */
export const addedAlong = (op: Ops, shape: Value, places: Value, updates: Value, axis: number): Value =>
  inSingle(op, updates, (values) =>
    op.loose("ScatterElements", [zerosOf(op, shape, values.dtype), places, values], values.dtype, {
      axis,
      reduction: "add",
    }),
  );

/** ONNX Runtime reduces no float16 while it scatters. */
const inSingle = (op: Ops, x: Value, build: (x: Value) => Value): Value =>
  x.dtype === "float16" ? op.cast(build(op.cast(x, "float32")), "float16") : build(x);
