import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { size, tensor } from "../../tensor.js";

/** A matrix of known numbers, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Every line of x along an axis multiplied by the matrix from the left: that axis gets as many elements as it has rows. */
export function multiplyAxis(op: Ops, x: Value, axis: number, { rows, columns, data }: Matrix): Value {
  const transposed = Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!);
  const isLast = axis === x.rank - 1;
  const held = isLast
    ? op.constant(tensor("float32", transposed, [columns, rows]), "matrix")
    : op.constant(tensor("float32", data, [rows, columns]), "matrix");
  return multiplyAxisBy(op, x, axis, op.cast(held, x.dtype), isLast);
}

/** The same by a value, that is transposed (columns first) where it multiplies from the right. */
export function multiplyAxisBy(op: Ops, x: Value, axis: number, matrix: Value, isTransposed: boolean): Value {
  const [before, n, after] = [size(x.shape.slice(0, axis)), x.shape[axis]!, size(x.shape.slice(axis + 1))];
  const shape = x.shape.with(axis, matrix.shape[isTransposed ? 1 : 0]!);
  if (isTransposed && after === 1) return op.reshape(op.matMul(op.reshape(x, [before, n]), matrix), shape);
  const left = isTransposed ? op.transpose(matrix, [1, 0]) : matrix;
  return op.reshape(op.matMul(left, op.reshape(x, [before, n, after])), shape);
}
