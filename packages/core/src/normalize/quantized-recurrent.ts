import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { dequantize, quantizeDynamically } from "./levels.js";
import { lstmOf } from "./recurrent.js";
import type { Rewrite } from "./rewrite.js";

/** Weights of whole numbers, [directions, inputs, outputs], with the scale of a direction or of each output. */
function weightsOf(op: Ops, q: Value, scale: Value, zeroPoint: Value): Value {
  const spread = (x: Value) => op.reshape(op.cast(x, "float32"), [x.shape[0]!, 1, x.shape[1] ?? 1]);
  const weights = op.mul(op.sub(op.cast(q, "float32"), spread(zeroPoint)), spread(scale));
  return op.transpose(weights, [0, 2, 1]);
}

const lstm = lstmOf((op, x) => dequantize(op, quantizeDynamically(op, x), 0));

/** An LSTM whose weights are whole numbers, and whose inputs and states have 256 levels of the range that they have at a step. */
export const dynamicQuantizeLstm: Rewrite = (node, [x, w, r, ...rest], op) => {
  const [wScale, wZero, rScale, rZero] = rest.splice(5) as [Value, Value, Value, Value];
  return lstm(node, [x!, weightsOf(op, w!, wScale, wZero), weightsOf(op, r!, rScale, rZero), ...rest], op);
};
