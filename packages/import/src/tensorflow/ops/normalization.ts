import { constantTensor } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { elementCount, rankOf, wholeNumbers, type Symbolic } from "../../build/symbolic.js";
import { binary, cast, unary } from "../../ops/elementwise.js";
import { dense, einsum, matMul } from "../../ops/dense.js";
import { batchNorm, lrn } from "../../ops/normalization.js";
import { argOf, reduce } from "../../ops/reductions.js";
import { transpose } from "../../ops/shapes.js";
import type { EmitOp, OpRows } from "../op.js";
import { channelsLast } from "./channels.js";

/** From scale, offset, mean and variance. */
export function batchNormOf(b: Builder, x: Symbolic, given: readonly Symbolic[], epsilon: number): Symbolic {
  const [gamma, beta, mean, variance] = given.map(({ value }) => constantTensor(value));
  if (!gamma || !beta || !mean || !variance) {
    const [scale, offset, m, v] = given as [Symbolic, Symbolic, Symbolic, Symbolic];
    const factor = binary(b, "Div", scale, unary(b, "Sqrt", binary(b, "Add", v, epsilon)));
    return binary(b, "Add", binary(b, "Mul", binary(b, "Sub", x, m), factor), offset);
  }
  return batchNorm(b, x, { gamma, beta, mean, variance }, epsilon);
}

/** Each channel by its own mean and variance, which is how Keras 2 writes a LayerNormalization. */
function ownNorm(b: Builder, x: Symbolic, [scale, offset]: readonly Symbolic[], epsilon: number): Symbolic {
  const axes = x.dims.map((_, i) => i).slice(0, -1);
  const centered = binary(b, "Sub", x, reduce(b, "ReduceMean", x, axes, true));
  const variance = reduce(b, "ReduceMean", binary(b, "Mul", centered, centered), axes, true);
  const normalized = binary(b, "Div", centered, unary(b, "Sqrt", binary(b, "Add", variance, epsilon)));
  return binary(b, "Add", binary(b, "Mul", normalized, scale!), offset!);
}

const fusedBatchNorm: EmitOp = (b, [x, ...given], op) => {
  const isOwn = given[2]!.dims[0] === 0;
  if (isOwn) return channelsLast(b, x!, op, (moved) => ownNorm(b, moved, given, op.float("epsilon", 1e-4)));
  return channelsLast(b, x!, op, (moved) => batchNormOf(b, moved, given, op.float("epsilon", 1e-4)));
};

const lastTwoSwapped = (b: Builder, x: Symbolic) => {
  const rank = rankOf(x);
  return transpose(b, x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
};

const product =
  (left: string, right: string): EmitOp =>
  (b, [x, y], op) => {
    const [p, q] = [op.flag(left) ? lastTwoSwapped(b, x!) : x!, op.flag(right) ? lastTwoSwapped(b, y!) : y!];
    return q.value.constant && rankOf(q) === 2 ? dense(b, p, q) : matMul(b, p, q);
  };

export const matrices = product("transpose_a", "transpose_b");
const batches = product("adj_x", "adj_y");

const reduction =
  (opType: string): EmitOp =>
  (b, [x, axes], op) => {
    const gone = wholeNumbers(axes!, "The axes of a reduction");
    const made = reduce(b, opType, x!, gone, op.flag("keep_dims"));
    // of sizes: how many elements there are
    const isCount = opType === "ReduceProd" && x!.known && gone.length === 1 && rankOf(x!) === 1;
    return isCount ? { ...made, known: [elementCount(x!.known!)] } : made;
  };

/** Whether any, or all of some answers are yes. */
const answering =
  (opType: string): EmitOp =>
  (b, [x, axes], op) => {
    const gone = wholeNumbers(axes!, "The axes of an answer");
    return cast(b, reduce(b, opType, cast(b, x!, "float32"), gone, op.flag("keep_dims")), "bool");
  };

const place =
  (opType: "ArgMax" | "ArgMin"): EmitOp =>
  (b, [x, axis]) =>
    argOf(b, opType, x!, wholeNumbers(axis!, "An axis")[0]!);

/** Products of matrices, normalizations and reductions. */
export const normalizations: OpRows = {
  MatMul: matrices,
  Any: answering("ReduceMax"),
  All: answering("ReduceMin"),
  BatchMatMul: batches,
  BatchMatMulV2: batches,
  Einsum: (b, xs, op) => einsum(b, op.string("equation", ""), xs),
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  LRN: (b, [x], op) =>
    lrn(b, x!, op.int("depth_radius", 5), op.float("bias", 1), op.float("alpha", 1), op.float("beta", 0.5)),
  L2Loss: (b, [x]) => l2Half(b, x!),
  Mean: reduction("ReduceMean"),
  Sum: reduction("ReduceSum"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  ArgMax: place("ArgMax"),
  ArgMin: place("ArgMin"),
};

/** Half of the sum of squares. */
function l2Half(b: Builder, x: Symbolic): Symbolic {
  return binary(
    b,
    "Mul",
    reduce(
      b,
      "ReduceSumSquare",
      x,
      x.dims.map((_, i) => i),
      false,
    ),
    0.5,
  );
}
