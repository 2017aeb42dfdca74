import { dtypeNumbers, type DType } from "../../tensor.js";
import type { Value } from "../graph.js";
import { float, type Emitter, type Operand } from "./emitter.js";

/** Operators that work element by element, with NumPy broadcasting; on values of a shape that is not known, too. */
export function elementwise(e: Emitter) {
  const unary = (opType: string) => (x: Value) => e.each(opType, [x], x.dtype);
  const binary = (opType: string, dtype?: DType) => (a: Operand, b: Operand) => {
    const [left, right] = [e.operand(a, b), e.operand(b, a)];
    return e.each(opType, [left, right], dtype ?? left.dtype);
  };
  const multiply = binary("Mul");
  const plus = binary("Add");
  const add = (a: Operand, b: Operand) => (a === 0 ? (b as Value) : b === 0 ? (a as Value) : plus(a, b));
  const greater = binary("Greater", "bool");
  const less = binary("Less", "bool");
  const where = (condition: Value, a: Operand, b: Operand) => {
    const [yes, no] = [e.operand(a, b), e.operand(b, a)];
    return e.each("Where", [condition, yes, no], yes.dtype);
  };
  const cast = (x: Value, to: DType) => (x.dtype === to ? x : e.each("Cast", [x], to, { to: dtypeNumbers[to] }));
  return {
    add,
    sub: (a: Operand, b: Operand) => (b === 0 ? (a as Value) : binary("Sub")(a, b)),
    mul: (a: Operand, b: Operand) => (a === 1 ? (b as Value) : b === 1 ? (a as Value) : multiply(a, b)),
    div: (a: Operand, b: Operand) => (b === 1 ? (a as Value) : binary("Div")(a, b)),
    pow: binary("Pow"),
    min: binary("Min"),
    max: binary("Max"),
    equal: binary("Equal", "bool"),
    greater,
    greaterOrEqual: binary("GreaterOrEqual", "bool"),
    less,
    lessOrEqual: binary("LessOrEqual", "bool"),
    and: binary("And", "bool"),
    or: binary("Or", "bool"),
    not: unary("Not"),
    neg: unary("Neg"),
    abs: unary("Abs"),
    exp: unary("Exp"),
    log: unary("Log"),
    sqrt: unary("Sqrt"),
    /** The root of x + 1e-12, whose gradient is finite at 0. */
    safeSqrt: (x: Value): Value => unary("Sqrt")(binary("Add")(x, 1e-12)),
    reciprocal: unary("Reciprocal"),
    sin: unary("Sin"),
    cos: unary("Cos"),
    sinh: unary("Sinh"),
    cosh: unary("Cosh"),
    tanh: unary("Tanh"),
    sigmoid: unary("Sigmoid"),
    softplus: unary("Softplus"),
    relu: unary("Relu"),
    erf: unary("Erf"),
    floor: unary("Floor"),
    /** To the nearest whole number, halves to the even one; WebGPU has no Round. */
    round: (x: Value) => {
      if (e.lowering === "cpu") return unary("Round")(x);
      const half = multiply(x, 0.5);
      const up = unary("Floor")(plus(x, 0.5));
      const even = multiply(unary("Floor")(plus(half, 0.5)), 2);
      return where(binary("Equal", "bool")(plus(x, 0.5), up), even, up);
    },
    identity: unary("Identity"),
    where,
    cast,
    clip: (x: Value, low?: number, high?: number) =>
      e.each(
        "Clip",
        [
          x,
          low === undefined ? undefined : e.scalar(low, x.dtype),
          high === undefined ? undefined : e.scalar(high, x.dtype),
        ],
        x.dtype,
      ),
    hardSigmoid: (x: Value, alpha: number, beta: number) =>
      e.each("HardSigmoid", [x], x.dtype, { alpha: float(alpha), beta: float(beta) }),
    /** -1, 0 or 1. The Sign operator is single-threaded on CPU and missing on WebGPU. */
    sign: (x: Value) => {
      const [up, down] = [cast(greater(x, 0), x.dtype), cast(less(x, 0), x.dtype)];
      return binary("Sub")(up, down);
    },
    /** 1 where `x` is greater than 0, else 0; for 32-bit floats one fused pass (exact between 1e-30 and 3e8). */
    step: (x: Value) =>
      x.dtype === "float32"
        ? e.each("HardSigmoid", [x], x.dtype, { alpha: float(1e30), beta: float(0) })
        : cast(greater(x, 0), x.dtype),
    /** The sum of several values. ONNX Runtime adds to a convolution while it computes it, so those come first. */
    sum: (terms: readonly Value[]) => {
      const isConv = (term: Value) => term.node?.opType === "Conv";
      const ordered = [...terms.filter(isConv), ...terms.filter((term) => !isConv(term))];
      return ordered.reduce((total, term) => add(total, term));
    },
  };
}
