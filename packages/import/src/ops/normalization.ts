import { size, type Tensor } from "@xstar/core";
import { float } from "../build/attributes.js";
import { filled } from "../build/arrays.js";
import type { Builder } from "../build/builder.js";
import { positive, rankOf, type Symbolic } from "../build/symbolic.js";
import { binary, unary } from "./elementwise.js";
import { reduce } from "./reductions.js";
import { transpose } from "./shapes.js";

export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly gamma?: Tensor | undefined;
  readonly beta?: Tensor | undefined;
}

/** With fixed statistics for each channel of the last axis. */
export function batchNorm(
  b: Builder,
  x: Symbolic,
  { mean, variance, gamma, beta }: Moments,
  epsilon: number,
): Symbolic {
  const constants = [
    b.constant(gamma ?? filled(mean.shape, 1), "gamma"),
    b.constant(beta ?? filled(mean.shape, 0), "beta"),
    b.constant(mean, "mean"),
    b.constant(variance, "variance"),
  ];
  const inputs = [b.first(x), ...constants];
  const isFirst = rankOf(x) >= 3;
  return b.emit("BatchNormalization", inputs, { dims: x.dims, isFirst }, { epsilon: float(epsilon) });
}

/** `work` with an axis brought to the end, where it is not there already. */
export function onLastAxis(b: Builder, x: Symbolic, axis: number, work: (x: Symbolic) => Symbolic): Symbolic {
  const rank = rankOf(x);
  const at = positive(axis, rank);
  if (at === rank - 1) return work(x);
  const others = x.dims.map((_, i) => i).filter((i) => i !== at);
  const back = x.dims.map((_, i) => (i === at ? rank - 1 : others.indexOf(i)));
  return transpose(b, work(transpose(b, x, [...others, at])), back);
}

export interface Affine {
  readonly gamma?: Tensor | undefined;
  readonly beta?: Tensor | undefined;
}

/** Over the last axes, from `axis` on. */
export function layerNorm(b: Builder, x: Symbolic, { gamma, beta }: Affine, epsilon: number, axis = -1): Symbolic {
  const shape = x.dims.slice(positive(axis, rankOf(x))) as number[];
  const scale = b.constant(gamma ?? filled(shape, 1), "gamma");
  const shift = beta && b.constant(beta, "beta");
  return b.emit("LayerNormalization", [b.last(x), scale, shift], { dims: x.dims }, { axis, epsilon: float(epsilon) });
}

/** Over the channels of each of `groups` groups and all axes but the batch. */
export function groupNorm(b: Builder, x: Symbolic, { gamma, beta }: Affine, groups: number, epsilon: number): Symbolic {
  const channels = x.dims.at(-1)!;
  const from = b.first(x);
  // InstanceNormalization over [batch, groups, rest]: GroupNormalization has its scale by group in opset 20
  const grouped = b.emit("Reshape", [from, b.ints([0, groups, -1])], {
    dims: [x.dims[0], undefined, groups],
    isFirst: true,
  });
  const [one, zero] = [b.constant(filled([groups], 1), "ones"), b.constant(filled([groups], 0), "zeros")];
  const normal = b.emit("InstanceNormalization", [grouped, one, zero], grouped, { epsilon: float(epsilon) });
  const back = b.emit("Reshape", [normal, b.emit("Shape", [from], { dims: [rankOf(x)], dtype: "int64" })], from);
  const scaled = gamma ? binary(b, "Mul", back, b.constant({ ...gamma, shape: [channels] }, "gamma")) : back;
  return beta ? binary(b, "Add", scaled, b.constant({ ...beta, shape: [channels] }, "beta")) : scaled;
}

/** x / sqrt(max(sum(x^2), epsilon)) along axes. */
export function l2Normalize(b: Builder, x: Symbolic, axes: readonly number[], epsilon: number): Symbolic {
  const squares = reduce(b, "ReduceSumSquare", x, axes, true);
  return binary(b, "Div", x, unary(b, "Sqrt", binary(b, "Max", squares, epsilon)));
}

/** (x - mean) / max(sqrt(variance), 1e-7), or its inverse. */
export function standardize(b: Builder, x: Symbolic, mean: Tensor, deviation: Tensor, isInverse = false): Symbolic {
  const [m, d] = [mean, deviation].map((t) => b.constant(size(t.shape) === 1 ? { ...t, shape: [] } : t, "moments"));
  if (isInverse) return binary(b, "Add", binary(b, "Mul", x, d!), m!);
  return binary(b, "Div", binary(b, "Sub", x, m!), d!);
}

/** Local response normalization over the channels, as TensorFlow has it. */
export function lrn(b: Builder, x: Symbolic, radius: number, bias: number, alpha: number, beta: number): Symbolic {
  const width = 2 * radius + 1;
  const attributes = { size: width, bias: float(bias), alpha: float(alpha * width), beta: float(beta) };
  return b.emit("LRN", [b.first(x)], { dims: x.dims, isFirst: true }, attributes);
}
