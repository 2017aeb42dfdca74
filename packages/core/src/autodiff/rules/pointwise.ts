import { constantNumbers, type Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** A rule from the derivative of a function of one variable, given x and y = f(x). */
export function derivative(of: (op: Ops, x: Value, y: Value) => Value): VjpRule {
  return (g, { op, inputs: [x], outputs: [y] }) => [op.mul(g, of(op, x!, y!))];
}

/** d f = 0 almost everywhere. */
export const zero: VjpRule = () => [];

/** The cotangent passes unchanged. */
const pass: VjpRule = (g) => [g];

const castBack: VjpRule = (g, { op, inputs: [x] }) => [op.cast(g, x!.dtype)];

/** d x^p = p x^(p-1) dx + x^p ln x dp, with the common constant powers written out. */
const pow: VjpRule = (g, { op, inputs, outputs: [y], needs }) => {
  const [x, p] = inputs as [Value, Value];
  const constant = constantNumbers(p);
  const power = constant?.length === 1 ? constant[0] : undefined;
  const slope = () => {
    if (power === 0) return op.fill(x.shape, 0, x.dtype);
    if (power === 1) return op.fill(x.shape, 1, x.dtype);
    if (power === 2) return op.mul(x, 2);
    if (power === 3) return op.mul(op.mul(x, x), 3);
    if (power === 0.5) return op.div(0.5, y!);
    if (power !== undefined) return op.mul(op.pow(x, op.scalar(power - 1, x.dtype)), power);
    const exponent = op.expand(op.cast(p, x.dtype), y!.shape);
    const isFlat = op.equal(exponent, 0);
    const slopes = op.mul(exponent, op.pow(op.expand(x, y!.shape), op.sub(exponent, 1)));
    // where a negative base has a power that is no number, whoever replaces it is told 0
    const hasGaps = constant?.some((one) => !Number.isInteger(one));
    return op.where(hasGaps ? op.not(op.and(op.equal(y!, y!), op.not(isFlat))) : isFlat, 0, slopes);
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
  Tan: derivative((op, _, y) => op.add(op.mul(y, y), 1)),
  Asin: derivative((op, x) => op.reciprocal(op.sqrt(op.sub(1, op.mul(x, x))))),
  Acos: derivative((op, x) => op.neg(op.reciprocal(op.sqrt(op.sub(1, op.mul(x, x)))))),
  Atan: derivative((op, x) => op.reciprocal(op.add(op.mul(x, x), 1))),
  Sinh: derivative((op, x) => op.cosh(x)),
  Cosh: derivative((op, x) => op.sinh(x)),
  Tanh: derivative((op, _, y) => op.sub(1, op.mul(y, y))),
  Asinh: derivative((op, x) => op.reciprocal(op.sqrt(op.add(op.mul(x, x), 1)))),
  Acosh: derivative((op, x) => op.reciprocal(op.sqrt(op.sub(op.mul(x, x), 1)))),
  Atanh: derivative((op, x) => op.reciprocal(op.sub(1, op.mul(x, x)))),
  Erf: derivative((op, x) => op.mul(op.exp(op.neg(op.mul(x, x))), twoOverSqrtPi)),
  Identity: pass,
  Cast: castBack,
  CastLike: castBack,
  Floor: zero,
  Ceil: zero,
  Round: zero,
  Sign: zero,
  EyeLike: zero,
  RandomNormalLike: zero,
  RandomUniformLike: zero,
  Bernoulli: zero,

  Add: (g) => [g, g],
  Sub: (g, { op, needs }) => [g, needs(1) ? op.neg(g) : null],
  Mul: (g, { op, inputs: [a, b], needs }) => [needs(0) ? op.mul(g, b!) : null, needs(1) ? op.mul(g, a!) : null],
  Div: (g, { op, inputs: [, b], outputs: [y], needs }) => {
    const quotient = op.div(g, b!);
    return [quotient, needs(1) ? op.neg(op.mul(quotient, y!)) : null];
  },
  Pow: pow,
  /** x - b n with a whole number n, so dy/db = -n = (y - x) / b */
  Mod: (g, { op, inputs, outputs: [y], needs }) => {
    const [x, b] = inputs as [Value, Value];
    return [g, needs(1) ? op.mul(g, op.div(op.sub(y!, x), b)) : null];
  },
  Max: extremum,
  Min: extremum,
  Sum: (g, { inputs }) => inputs.map(() => g),
  Mean: (g, { op, inputs }) => {
    const share = op.div(g, inputs.length);
    return inputs.map(() => share);
  },
  Where: (g, { op, inputs: [condition], needs }) => [
    null,
    needs(1) ? op.where(condition!, g, 0) : null,
    needs(2) ? op.where(condition!, 0, g) : null,
  ],
} satisfies VjpRules;
