import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** The Gram matrix is squared so often: its first eigenvector has then been multiplied 2^12 times. */
const squarings = 12;

/**
 * The first principal component of activations [n, units, height, width] over the places, as planes [n, 1, height, width]:
 * positive where the units answer strongly. Power iteration on the smaller Gram matrix, by repeated squaring.
 */
export function firstComponent(op: Ops, activations: Value): Value {
  const [n, units, height, width] = activations.shape as [number, number, number, number];
  const places = height * width;
  const rows = op.reshape(activations, [n, units, places]);
  const centred = op.sub(rows, op.reduceMean(rows, [2], true));
  const columns = op.transpose(centred, [0, 2, 1]);
  const isWide = units > places;
  let power = isWide ? op.matMul(columns, centred) : op.matMul(centred, columns);
  for (let i = 0; i < squarings; i++) {
    const squared = op.matMul(power, power);
    power = op.div(squared, op.max(op.reduceMax(op.abs(squared), [1, 2], true), 1e-30));
  }
  // every column of the power is the eigenvector; their sum, weighed by what the units answer, is none of noise
  const seen = op.reduceMean(rows, [1], true);
  const strength = op.sub(seen, op.reduceMean(seen, [2], true));
  const start = op.transpose(isWide ? strength : op.matMul(strength, columns), [0, 2, 1]);
  const vector = op.matMul(power, start);
  const score = isWide ? vector : op.matMul(columns, vector);
  const projected = op.div(score, op.max(op.reduceL2(score, [1], true), 1e-30));
  // the sign: with the mean of the units
  const agreement = op.matMul(strength, projected);
  const signed = op.mul(projected, op.where(op.less(agreement, 0), op.fill([n, 1, 1], -1), op.fill([n, 1, 1], 1)));
  return op.reshape(signed, [n, 1, height, width]);
}
