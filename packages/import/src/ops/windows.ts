import type { Builder } from "../build/builder.js";
import { rankOf, type Dim, type Symbolic } from "../build/symbolic.js";
import { reshape, transpose, type Pads } from "./shapes.js";

/** As TensorFlow pads: the odd pixel of "same" comes at the end. Or [before, after] for each spatial axis. */
export type Padding = "same" | "valid" | Pads;

/** One number for each spatial axis. */
export interface Window {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly padding: Padding;
}

interface Placed {
  readonly attributes: {
    kernel_shape: readonly number[];
    strides: readonly number[];
    [name: string]: string | readonly number[];
  };
  readonly spatial: Dim[];
}

/** Where windows lie on the spatial axes, and how many there are. */
function place(x: Symbolic, kernel: readonly number[], { strides, dilations, padding }: Window): Placed {
  const sizes = x.dims.slice(1, -1);
  const steps = kernel.map((_, i) => strides?.[i] ?? 1);
  const widths = kernel.map((k, i) => (k - 1) * (dilations?.[i] ?? 1) + 1);
  const base = {
    kernel_shape: kernel,
    strides: steps,
    ...(dilations?.some((d) => d !== 1) && { dilations: kernel.map((_, i) => dilations[i] ?? 1) }),
  };
  if (padding !== "same") {
    const pads = padding === "valid" ? kernel.map(() => [0, 0] as const) : padding;
    const spatial = sizes.map(
      (dim, i) => dim && Math.floor((dim + pads[i]![0] + pads[i]![1] - widths[i]!) / steps[i]!) + 1,
    );
    return { attributes: { ...base, ...onnxPads(pads) }, spatial };
  }
  const spatial = sizes.map((dim, i) => dim && Math.ceil(dim / steps[i]!));
  const totals = sizes.map((dim, i) => {
    if (steps[i] === 1) return widths[i]! - 1;
    return dim && Math.max((spatial[i]! - 1) * steps[i]! + widths[i]! - dim, 0);
  });
  if (totals.includes(undefined)) return { attributes: { ...base, auto_pad: "SAME_UPPER" }, spatial };
  const pads = (totals as number[]).map((total) => [Math.floor(total / 2), Math.ceil(total / 2)] as const);
  return { attributes: { ...base, ...onnxPads(pads) }, spatial };
}

const onnxPads = (pads: Pads) =>
  pads.flat().every((p) => p === 0)
    ? undefined
    : { pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] };

export interface Convolution extends Window {
  readonly bias?: Symbolic | undefined;
  readonly groups?: number;
}

/** A convolution; the kernel is [...spatial, channels in / groups, channels out]. */
export function conv(
  b: Builder,
  x: Symbolic,
  kernel: Symbolic,
  { bias, groups = 1, ...window }: Convolution,
): Symbolic {
  const rank = rankOf(x);
  const spatialAxes = Array.from({ length: rank - 2 }, (_, i) => i);
  const weights = transpose(b, kernel, [rank - 1, rank - 2, ...spatialAxes]);
  return convolved(b, x, weights, { bias, groups, ...window });
}

/** A depthwise convolution; the kernel is [...spatial, channels, outputs for each]. */
export function depthwise(b: Builder, x: Symbolic, kernel: Symbolic, window: Omit<Convolution, "groups">): Symbolic {
  const rank = rankOf(x);
  const [channels, multiplier] = kernel.dims.slice(-2) as [number, number];
  const spatialAxes = Array.from({ length: rank - 2 }, (_, i) => i);
  const byChannel = transpose(b, kernel, [rank - 2, rank - 1, ...spatialAxes]);
  const weights = reshape(b, byChannel, [channels * multiplier, 1, ...(kernel.dims.slice(0, -2) as number[])]);
  return convolved(b, x, weights, { ...window, groups: channels });
}

/** The kernel is in ONNX's order, [channels out, channels in / groups, ...spatial]. */
function convolved(b: Builder, x: Symbolic, kernel: Symbolic, { bias, groups = 1, ...window }: Convolution): Symbolic {
  const { attributes, spatial } = place(x, kernel.dims.slice(2) as number[], window);
  const dims = [x.dims[0], ...spatial, kernel.dims[0]];
  return b.emit("Conv", [b.first(x), kernel, bias], { dims, isFirst: true }, { ...attributes, group: groups });
}

export interface Transposed extends Convolution {
  /** Sizes of the result, where they are given. */
  readonly outputSizes?: readonly Dim[] | undefined;
}

/** The transpose of a convolution; the kernel is [...spatial, channels out, channels in]. */
export function convTranspose(
  b: Builder,
  x: Symbolic,
  kernel: Symbolic,
  { bias, strides, dilations, padding, outputSizes }: Transposed,
): Symbolic {
  const rank = rankOf(x);
  const spatialAxes = Array.from({ length: rank - 2 }, (_, i) => i);
  const weights = transpose(b, kernel, [rank - 1, rank - 2, ...spatialAxes]);
  const sides = spatialAxes.map((i) => {
    const [size, k, step] = [x.dims[i + 1], kernel.dims[i]!, strides?.[i] ?? 1];
    const width = (k - 1) * (dilations?.[i] ?? 1) + 1;
    const wanted = outputSizes?.[i];
    if (Array.isArray(padding)) {
      const [before, after] = padding[i] as readonly [number, number];
      const natural = size && (size - 1) * step + width - before - after;
      return { before, after, extra: wanted && natural ? wanted - natural : 0, out: wanted ?? natural };
    }
    const total = padding === "same" ? Math.max(width - step, 0) : 0;
    const usual = padding === "same" || width < step ? Math.max(step - width, 0) : 0;
    const extra = wanted && size ? wanted - ((size - 1) * step + width - total) : usual;
    const out = size && (size - 1) * step + width - total + extra;
    // a result smaller than usual is one that was padded more: the odd pixel comes at the end
    const more = total + Math.max(0, -extra);
    return { before: Math.floor(more / 2), after: Math.ceil(more / 2), extra: Math.max(0, extra), out };
  });
  const { pads } = onnxPads(sides.map(({ before, after }) => [before, after] as const)) ?? {};
  return b.emit(
    "ConvTranspose",
    [b.first(x), weights, bias],
    { dims: [x.dims[0], ...sides.map(({ out }) => out), kernel.dims.at(-2)], isFirst: true },
    {
      kernel_shape: kernel.dims.slice(0, -2) as number[],
      strides: spatialAxes.map((i) => strides?.[i] ?? 1),
      dilations: dilations?.some((d) => d !== 1) ? dilations : undefined,
      pads,
      output_padding: sides.some(({ extra }) => extra > 0) ? sides.map(({ extra }) => extra) : undefined,
    },
  );
}

/** Largest or mean value of windows of this size. */
export function pool(
  b: Builder,
  opType: "MaxPool" | "AveragePool",
  x: Symbolic,
  size: readonly number[],
  window: Window,
): Symbolic {
  const { attributes, spatial } = place(x, size, { ...window, strides: window.strides ?? size });
  const dims = [x.dims[0], ...spatial, x.dims.at(-1)];
  const given = b.first(x);
  // ONNX Runtime would make the zeros of a Pad the padding of the pool, which counts as less than any number
  const isBehindPad = opType === "MaxPool" && given.value.node?.opType === "Pad" && attributes.pads === undefined;
  return b.emit(
    opType,
    [given],
    { dims, isFirst: true },
    isBehindPad ? { ...attributes, auto_pad: "VALID" } : attributes,
  );
}

/** Over all spatial axes: [batch, 1, ..., channels], or [batch, channels]. */
export function globalPool(
  b: Builder,
  opType: "GlobalMaxPool" | "GlobalAveragePool",
  x: Symbolic,
  keepsAxes: boolean,
): Symbolic {
  const dims = x.dims.map((dim, i) => (i === 0 || i === rankOf(x) - 1 ? dim : 1));
  const pooled = b.emit(opType, [b.first(x)], { dims, isFirst: true });
  if (keepsAxes) return pooled;
  return b.emit("Flatten", [pooled], { dims: [dims[0], dims.at(-1)] }, { axis: 1 });
}
