import type { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { poolWindow, spreadEvenly } from "./pooling.js";

/** y = (sum |x|^p)^(1/p), so dy/dx = sign(x) (|x| / y)^(p-1); where y is 0, so is the derivative. */
function powerMean(op: Ops, node: Node, g: Value, x: Value, y: Value, spread: (share: Value) => Value): Value {
  const p = node.int("p", 2);
  const norm = op.where(op.equal(y, 0), 1, y);
  if (p === 1) return op.mul(spread(g), op.sign(x));
  if (p === 2) return op.mul(spread(op.div(g, norm)), x);
  const share = spread(op.div(g, op.pow(norm, p - 1)));
  return op.mul(op.mul(share, op.sign(x)), op.pow(op.abs(x), p - 1));
}

const lpPool: VjpRule = (g, { op, node, inputs: [x], outputs: [y] }) => {
  const spatial = x!.shape.slice(2);
  return [powerMean(op, node, g, x!, y!, (share) => spreadEvenly(op, share, poolWindow(node), spatial))];
};

/** Each element was put at its flat place. */
const maxUnpool: VjpRule = (g, { op, inputs: [x, indices] }) => {
  const flat = op.reshape(g, [size(g.shape)]);
  return [op.reshape(op.gather(flat, op.reshape(indices!, [size(x!.shape)])), x!.shape)];
};

export const lpPooling = {
  LpPool: lpPool,
  GlobalLpPool: (g, { op, node, inputs: [x], outputs: [y] }) => [powerMean(op, node, g, x!, y!, (share) => share)],
  MaxUnpool: maxUnpool,
} satisfies VjpRules;
