import { constantNumbers, type Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** A rule from the derivative of a function of one variable, given x and y = f(x). */
function derivative(of: (op: Ops, x: Value, y: Value) => Value): VjpRule {
  return (g, { op, inputs: [x], outputs: [y] }) => [op.mul(g, of(op, x!, y!))];
}

/** d f = 0 almost everywhere. */
const zero: VjpRule = () => [];

/** The cotangent passes unchanged. */
const pass: VjpRule = (g) => [g];

/** Clip: the cotangent passes strictly between the bounds, told from the output so that Conv and Clip stay fused. */
const clip: VjpRule = (g, { op, inputs: [, low, high], outputs: [y] }) => {
  const above = low && op.greater(y!, low);
  const below = high && op.less(y!, high);
  const inside = above && below ? op.and(above, below) : (above ?? below);
  return [inside ? op.where(inside, g, 0) : g];
};

/** d x^p = p x^(p-1) dx + x^p ln x dp, with the common constant powers written out. */
const pow: VjpRule = (g, { op, inputs, outputs: [y], needs }) => {
  const [x, p] = inputs as [Value, Value];
  const constant = constantNumbers(p);
  const power = constant?.length === 1 ? constant[0] : undefined;
  const slope = () => {
    if (power === 1) return op.fill(x.shape, 1, x.dtype);
    if (power === 2) return op.mul(x, 2);
    if (power === 3) return op.mul(op.mul(x, x), 3);
    if (power === 0.5) return op.div(0.5, y!);
    const exponent = op.cast(p, x.dtype);
    return op.mul(exponent, op.pow(x, power === undefined ? op.sub(exponent, 1) : op.scalar(power - 1, x.dtype)));
  };
  const logarithm = () => op.log(op.where(op.greater(x, 0), x, 1));
  return [needs(0) ? op.mul(g, slope()) : null, needs(1) ? op.mul(g, op.mul(y!, logarithm())) : null];
};

/** Max and Min of any number of values: ties share the cotangent evenly. */
const extremum: VjpRule = (g, { op, inputs, outputs: [y], needs }) => {
  const masks = inputs.map((x) => op.cast(op.equal(x, y!), g.dtype));
  const share =
    masks.length === 1
      ? g
      : op.div(
          g,
          masks.reduce((a, b) => op.add(a, b)),
        );
  return masks.map((mask, i) => (needs(i) ? op.mul(share, mask) : null));
};

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI);

export const pointwise = {
  Abs: derivative((op, x) => op.sign(x)),
  Neg: (g, { op }) => [op.neg(g)],
  Exp: derivative((_, __, y) => y),
  Log: (g, { op, inputs: [x] }) => [op.div(g, x!)],
  Sqrt: (g, { op, outputs: [y] }) => [op.div(op.mul(g, 0.5), y!)],
  Reciprocal: derivative((op, _, y) => op.neg(op.mul(y, y))),
  Sin: derivative((op, x) => op.cos(x)),
  Cos: derivative((op, x) => op.neg(op.sin(x))),
  Tanh: derivative((op, _, y) => op.sub(1, op.mul(y, y))),
  Sigmoid: derivative((op, _, y) => op.mul(y, op.sub(1, y))),
  Erf: derivative((op, x) => op.mul(op.exp(op.neg(op.mul(x, x))), twoOverSqrtPi)),
  Relu: derivative((op, _, y) => op.step(y)),
  Clip: clip,
  Identity: pass,
  /** In inference form it is the identity. */
  Dropout: pass,
  Cast: (g, { op, inputs: [x] }) => [op.cast(g, x!.dtype)],
  Floor: zero,
  Ceil: zero,
  Round: zero,
  Sign: zero,

  Add: (g) => [g, g],
  Sub: (g, { op, needs }) => [g, needs(1) ? op.neg(g) : null],
  Mul: (g, { op, inputs: [a, b], needs }) => [needs(0) ? op.mul(g, b!) : null, needs(1) ? op.mul(g, a!) : null],
  Div: (g, { op, inputs: [, b], outputs: [y], needs }) => {
    const quotient = op.div(g, b!);
    return [quotient, needs(1) ? op.neg(op.mul(quotient, y!)) : null];
  },
  Pow: pow,
  Max: extremum,
  Min: extremum,
  Sum: (g, { inputs }) => inputs.map(() => g),
  Mean: (g, { op, inputs }) => inputs.map(() => op.div(g, inputs.length)),
  Where: (g, { op, inputs: [condition], needs }) => [
    null,
    needs(1) ? op.where(condition!, g, 0) : null,
    needs(2) ? op.where(condition!, 0, g) : null,
  ],
} satisfies VjpRules;
