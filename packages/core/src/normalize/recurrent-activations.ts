import type { Value } from "../ir/graph.js";
import { float, type Ops } from "../ir/ops/index.js";

interface RecurrentActivation {
  /** What the numbers are when the model does not say; undefined where the activation has none. */
  readonly alpha?: number;
  readonly beta?: number;
  of(op: Ops, x: Value, alpha: number, beta: number): Value;
}

const like = (op: Ops, opType: string, x: Value, alpha: number) =>
  op.emit(opType, [x], [x.type], { alpha: float(alpha) })[0]!;

/** The activations that RNN, LSTM and GRU name, in lower case. */
export const recurrentActivations: Readonly<Record<string, RecurrentActivation>> = {
  tanh: { of: (op, x) => op.tanh(x) },
  sigmoid: { of: (op, x) => op.sigmoid(x) },
  relu: { of: (op, x) => op.relu(x) },
  affine: { alpha: 1, beta: 0, of: (op, x, alpha, beta) => op.add(op.mul(x, alpha), beta) },
  leakyrelu: { alpha: 0.01, of: (op, x, alpha) => like(op, "LeakyRelu", x, alpha) },
  thresholdedrelu: { alpha: 1, of: (op, x, alpha) => like(op, "ThresholdedRelu", x, alpha) },
  scaledtanh: { alpha: 1, beta: 1, of: (op, x, alpha, beta) => op.mul(op.tanh(op.mul(x, beta)), alpha) },
  hardsigmoid: { alpha: 0.2, beta: 0.5, of: (op, x, alpha, beta) => op.hardSigmoid(x, alpha, beta) },
  elu: { alpha: 1, of: (op, x, alpha) => like(op, "Elu", x, alpha) },
  softsign: { of: (op, x) => op.emit("Softsign", [x], [x.type])[0]! },
  softplus: { of: (op, x) => op.softplus(x) },
};
