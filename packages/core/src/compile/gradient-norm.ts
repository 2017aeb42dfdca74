import type { Value } from "../ir/graph.js";
import { axesAfterFirst, type Ops } from "../ir/ops/index.js";
import { size, tensor } from "../tensor.js";
import type { Settings } from "./apply-optimizer.js";

/** L2 norm over all that belongs to each picture: of values [n x batch, ...], [batch]. */
export function norm(op: Ops, values: readonly Value[], batch: number): Value {
  const squares = values.map((x) => {
    const rows = op.reduceSum(op.mul(x, x), axesAfterFirst(x));
    return x.shape[0] === batch ? rows : op.reduceSum(op.reshape(rows, [x.shape[0]! / batch, batch]), [0]);
  });
  return op.sqrt(op.sum(squares));
}

/** The gradients of a picture, shortened alike where all together are longer than `clip`; of all where some are shared. */
export function clipped(
  op: Ops,
  gradients: readonly Value[],
  { batch, settings, clip }: { batch: number; settings: Settings; clip: number },
): Value[] {
  const rows = gradients.every(({ shape }) => shape[0] === batch) ? batch : 1;
  const flat = gradients.map((x) => op.reshape(x, [rows, size(x.shape) / rows]));
  const largest = settings.add("clip", tensor("float32", [clip], []));
  const factor = op.min(op.div(largest, op.add(norm(op, flat, rows), 1e-12)), 1);
  return gradients.map((x) => op.mul(x, op.reshape(factor, [rows, ...x.shape.slice(1).map(() => 1)])));
}
