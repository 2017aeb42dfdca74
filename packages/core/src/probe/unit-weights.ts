import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size } from "../tensor.js";

/** What leaves units as they are, but for each one's own scale, bound or place. */
const passing: ReadonlySet<string> = new Set(
  (
    "AveragePool BatchNormalization Celu Clip Dropout Elu GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity LeakyRelu " +
    "MaxPool PRelu Relu Selu Sigmoid Softplus Softsign Tanh"
  ).split(" "),
);

/**
 * What each unit of a layer multiplies its inputs with, [units, inputs]: the constant weights of the convolution or product that makes the
 * layer, or that the layer only scales, bounds or pools. Undefined where there are none such.
 */
export function unitWeights(op: Ops, layer: Value, units: number): Value | undefined {
  let value: Value | undefined = layer;
  while (value?.node?.domain === "") {
    const node: Node = value.node;
    if (products.has(node.opType)) return rowsOf(op, node, units);
    value = cameFrom(node);
  }
  return undefined;
}

const products: ReadonlySet<string> = new Set(["Conv", "Gemm", "MatMul"]);

/** What a node only changes unit by unit. */
function cameFrom({ opType, inputs: [first, second] }: Node): Value | undefined {
  if (passing.has(opType)) return first;
  if (opType !== "Add" && opType !== "Mul") return undefined;
  if (second?.constant) return first;
  return first?.constant ? second : undefined;
}

function rowsOf(op: Ops, node: Node, units: number): Value | undefined {
  const [, weights] = node.inputs;
  const isByColumn = node.opType !== "Conv" && node.int("transB", 0) === 0;
  if (!weights?.constant || weights.dtype !== "float32" || (isByColumn && weights.rank !== 2)) return undefined;
  const rows = isByColumn ? op.transpose(weights, [1, 0]) : weights;
  return rows.shape[0] === units ? op.reshape(rows, [units, size(rows.shape.slice(1))]) : undefined;
}
