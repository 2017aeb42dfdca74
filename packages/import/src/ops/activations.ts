import { float } from "../build/attributes.js";
import type { Builder } from "../build/builder.js";
import { physicalAxis, type Symbolic } from "../build/symbolic.js";
import { binary, clip, unary, where } from "./elementwise.js";

export const relu6 = (b: Builder, x: Symbolic) => clip(b, x, 0, 6);

export const leakyRelu = (b: Builder, x: Symbolic, slope: number) =>
  slope === 0 ? unary(b, "Relu", x) : unary(b, "LeakyRelu", x, { alpha: float(slope) });

/** x * sigmoid(x). */
export const silu = (b: Builder, x: Symbolic) => binary(b, "Mul", x, unary(b, "Sigmoid", x));

export const gelu = (b: Builder, x: Symbolic, isApproximate: boolean) =>
  unary(b, "Gelu", x, { approximate: isApproximate ? "tanh" : "none" });

export const hardSigmoid = (b: Builder, x: Symbolic, slope: number) =>
  unary(b, "HardSigmoid", x, { alpha: float(slope), beta: float(0.5) });

export function softmax(b: Builder, x: Symbolic, axis = -1, opType = "Softmax"): Symbolic {
  return unary(b, opType, x, { axis: physicalAxis(x, axis) });
}

/** One slope an element of `slope`, which broadcasts against the value's last axes. */
export function prelu(b: Builder, x: Symbolic, slope: Symbolic): Symbolic {
  const positive = unary(b, "Relu", x);
  const negative = binary(b, "Mul", slope, binary(b, "Min", x, 0));
  return binary(b, "Add", positive, negative);
}

export interface GeneralRelu {
  readonly ceiling?: number | undefined;
  readonly slope?: number | undefined;
  readonly threshold?: number | undefined;
}

/** x from `threshold` to `ceiling`, the ceiling above, slope * (x - threshold) below. */
export function generalRelu(b: Builder, x: Symbolic, { ceiling, slope = 0, threshold = 0 }: GeneralRelu): Symbolic {
  if (threshold === 0 && slope === 0) return ceiling === undefined ? unary(b, "Relu", x) : clip(b, x, 0, ceiling);
  const capped = ceiling === undefined ? x : binary(b, "Min", x, ceiling);
  if (threshold === 0) return leakyRelu(b, capped, slope);
  const below = slope === 0 ? binary(b, "Mul", x, 0) : binary(b, "Mul", binary(b, "Sub", x, threshold), slope);
  return where(b, binary(b, "GreaterOrEqual", x, threshold), capped, below);
}
