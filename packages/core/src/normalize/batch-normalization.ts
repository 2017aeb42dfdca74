import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** Whether it takes the statistics of the batch: said since opset 14, before by having the outputs that only training has. */
export const isTraining = (node: Node): boolean =>
  node.int("training_mode", 0) === 1 || node.outputs.slice(1).some((output) => output !== undefined);

/** In training mode with the statistics of the batch, which the vjp rule takes for given; else as it is. */
export function normalizeByBatch(
  node: Node,
  inputs: readonly (Value | undefined)[],
  op: Ops,
): readonly (Value | undefined)[] | undefined {
  if (!isTraining(node)) return undefined;
  const [x, scale, bias, mean, variance] = inputs as [Value, Value, Value, Value, Value];
  const axes = x.shape.map((_, i) => i).filter((axis) => axis !== 1);
  const perChannel = (value: Value) => op.reshape(value, [value.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
  const own = op.reduceMean(x, axes);
  const centered = op.sub(x, perChannel(own));
  const spread = op.reduceMean(op.mul(centered, centered), axes);
  const slope = op.div(scale, op.sqrt(op.add(spread, node.float("epsilon", 1e-5))));
  const y = op.add(op.mul(centered, perChannel(slope)), perChannel(bias));
  const kept = node.float("momentum", 0.9);
  const running = (old: Value, now: Value) => op.add(op.mul(old, kept), op.mul(now, 1 - kept));
  return [y, running(mean, own), running(variance, spread)].slice(0, node.outputs.length);
}
