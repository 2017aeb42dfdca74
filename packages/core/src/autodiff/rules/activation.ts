import type { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { derivative } from "./pointwise.js";

/** A rule from the derivative of an activation with attributes. */
function slope(of: (op: Ops, parts: { x: Value; y: Value; node: Node }) => Value): VjpRule {
  return (g, { op, node, inputs: [x], outputs: [y] }) => [op.mul(g, of(op, { x: x!, y: y!, node }))];
}

/** One derivative where x is positive, another elsewhere. */
const bySign = (op: Ops, x: Value, above: Value | number, below: Value | number) =>
  op.where(op.greater(x, 0), typeof above === "number" ? op.scalar(above, x.dtype) : above, below);

/**
 * min(max(x, low), high): the cotangent passes strictly between the bounds, told from the output so that Conv and Clip stay
 * fused, and to one of the bounds elsewhere, ties included. Where the bounds have crossed that is always the upper one.
 */
const clip: VjpRule = (g, { op, inputs, outputs: [y], needs }) => {
  const [x, low, high] = inputs as [Value, Value?, Value?];
  const above = low && op.greater(y!, low);
  const below = high && op.less(y!, high);
  const inside = above && below ? op.and(above, below) : (above ?? below);
  const toLow = () => (high ? op.and(op.lessOrEqual(x, low!), op.less(low!, high)) : op.lessOrEqual(x, low!));
  const toHigh = () => op.greaterOrEqual(low ? op.max(x, low) : x, high!);
  return [
    inside ? op.where(inside, g, 0) : g,
    low && needs(1) ? op.where(toLow(), g, 0) : null,
    high && needs(2) ? op.where(toHigh(), g, 0) : null,
  ];
};

/** d (x Phi(x)) = Phi(x) + x phi(x), Phi and phi being the normal distribution and its density. */
function geluSlope(op: Ops, x: Value): Value {
  const distribution = op.mul(op.add(op.erf(op.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = op.mul(op.exp(op.mul(op.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return op.add(distribution, op.mul(x, density));
}

/** d (x (1 + t) / 2) with t = tanh(c (x + 0.044715 x^3)), c = sqrt(2 / pi). */
function fastGeluSlope(op: Ops, x: Value): Value {
  const c = Math.sqrt(2 / Math.PI);
  const square = op.mul(x, x);
  const t = op.tanh(op.mul(x, op.add(op.mul(square, 0.044715 * c), c)));
  const inner = op.add(op.mul(square, 3 * 0.044715 * c), c);
  const slope = op.add(op.mul(op.mul(x, op.sub(1, op.mul(t, t))), inner), op.add(t, 1));
  return op.mul(slope, 0.5);
}

/** d (x sigmoid(a x)) = s + a y (1 - s) */
function swishSlope(op: Ops, x: Value, y: Value, alpha: number): Value {
  const s = op.sigmoid(op.mul(x, alpha));
  return op.add(s, op.mul(op.mul(y, alpha), op.sub(1, s)));
}

const seluAlpha = 1.67326319217681884765625;
const seluGamma = 1.05070102214813232421875;

export const activation = {
  Relu: derivative((op, _, y) => op.step(y)),
  Sigmoid: derivative((op, _, y) => op.mul(y, op.sub(1, y))),
  Clip: clip,
  LeakyRelu: slope((op, { x, y, node }) => {
    const alpha = node.float("alpha", 0.01);
    return bySign(op, alpha > 0 ? y : x, 1, alpha);
  }),
  PRelu: (g, { op, inputs, needs }) => {
    const [x, slope] = inputs as [Value, Value];
    const positive = op.greater(x, 0);
    return [op.where(positive, g, op.mul(g, slope)), needs(1) ? op.where(positive, 0, op.mul(g, x)) : null];
  },
  Elu: slope((op, { x, y, node }) => bySign(op, x, 1, op.add(y, node.float("alpha", 1)))),
  Selu: slope((op, { x, y, node }) => {
    const gamma = node.float("gamma", seluGamma);
    return bySign(op, x, gamma, op.add(y, node.float("alpha", seluAlpha) * gamma));
  }),
  Celu: slope((op, { x, y, node }) => bySign(op, x, 1, op.add(op.mul(y, 1 / node.float("alpha", 1)), 1))),
  ThresholdedRelu: slope((op, { x, node }) => op.cast(op.greater(x, node.float("alpha", 1)), x.dtype)),
  Shrink: slope((op, { x, node }) => op.cast(op.greater(op.abs(x), node.float("lambd", 0.5)), x.dtype)),
  HardSigmoid: slope((op, { y, node }) =>
    op.mul(op.cast(op.and(op.greater(y, 0), op.less(y, 1)), y.dtype), node.float("alpha", 0.2)),
  ),
  HardSwish: slope((op, { x }) => op.where(op.less(op.abs(x), 3), op.add(op.mul(x, 1 / 3), 0.5), op.step(x))),
  Softplus: derivative((op, x) => op.sigmoid(x)),
  /** 1 / (1 + |x|)^2 */
  Softsign: derivative((op, x) => {
    const inverse = op.reciprocal(op.add(op.abs(x), 1));
    return op.mul(inverse, inverse);
  }),
  /** d (x t) = t + x (1 - t^2) sigmoid(x) with t = tanh(softplus(x)) */
  Mish: derivative((op, x) => {
    const t = op.tanh(op.softplus(x));
    return op.add(t, op.mul(op.mul(x, op.sub(1, op.mul(t, t))), op.sigmoid(x)));
  }),
  Gelu: slope((op, { x, node }) =>
    node.string("approximate", "none") === "tanh" ? fastGeluSlope(op, x) : geluSlope(op, x),
  ),
  Swish: slope((op, { x, y, node }) => swishSlope(op, x, y, node.float("alpha", 1))),
  "com.microsoft::Gelu": derivative(geluSlope),
  "com.microsoft::QuickGelu": slope((op, { x, y, node }) => swishSlope(op, x, y, node.float("alpha", 1.702))),
} satisfies VjpRules;
