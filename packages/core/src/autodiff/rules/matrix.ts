import type { Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";

const transposeLast = (op: Ops, x: Value) => {
  const axes = x.shape.map((_, i) => i);
  return op.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** All but the last axis as one. */
const asMatrix = (op: Ops, x: Value) => op.reshape(x, [size(x.shape.slice(0, -1)), x.shape.at(-1)!]);

/** dA = G B^T, dB = A^T G; vectors are taken as a row or a column. */
const matMul: VjpRule = (g, { op, inputs, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const left = a.rank === 1 ? op.unsqueeze(a, [0]) : a;
  const right = b.rank === 1 ? op.unsqueeze(b, [1]) : b;
  const rows = a.rank === 1 ? op.unsqueeze(g, [b.rank === 1 ? g.rank : g.rank - 1]) : g;
  const both = b.rank === 1 ? op.unsqueeze(rows, [rows.rank]) : rows;
  const da = () => op.matMul(both, transposeLast(op, right));
  const db = () =>
    right.rank === 2 && left.rank > 2
      ? op.gemm(asMatrix(op, left), asMatrix(op, both), { transA: true })
      : op.matMul(transposeLast(op, left), both);
  return [
    needs(0) ? (a.rank === 1 ? flattenRow(op, da(), a) : da()) : null,
    needs(1) ? (b.rank === 1 ? flattenColumn(op, db(), b) : db()) : null,
  ];
};

/** A vector operand broadcasts over every batch: the sum over the batches, as the vector's shape. */
const flattenRow = (op: Ops, x: Value, vector: Value) =>
  op.reshape(
    op.reduceSum(
      x,
      x.shape.slice(0, -1).map((_, i) => i),
    ),
    vector.shape,
  );
const flattenColumn = (op: Ops, x: Value, vector: Value) =>
  op.reshape(op.reduceSum(x, [...x.shape.slice(0, -2).map((_, i) => i), x.rank - 1]), vector.shape);

const gemm: VjpRule = (g, { op, node, inputs, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const transA = node.int("transA", 0) === 1;
  const transB = node.int("transB", 0) === 1;
  const alpha = node.float("alpha", 1);
  const beta = node.float("beta", 1);
  const da = () =>
    transA ? op.gemm(b, g, { transA: transB, transB: true, alpha }) : op.gemm(g, b, { transB: !transB, alpha });
  const db = () =>
    transB ? op.gemm(g, a, { transA: true, transB: transA, alpha }) : op.gemm(a, g, { transA: !transA, alpha });
  return [needs(0) ? da() : null, needs(1) ? db() : null, needs(2) ? op.mul(g, beta) : null];
};

export const matrix = { MatMul: matMul, Gemm: gemm } satisfies VjpRules;
