import type { Node } from "./graph.js";

/** Where the windows of a convolution or pool lie, with every default and `auto_pad` written out. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after each spatial axis, as the model asks for. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Reads the window of Conv, ConvTranspose or a pool from its attributes and shapes.
 *
 * `long` and `short` are the spatial sizes on the two sides: input and output of a Conv or pool, output and input of a
 * ConvTranspose.
 */
export function windowOf(
  node: Node,
  kernel: readonly number[],
  long: readonly number[],
  short: readonly number[],
): Window {
  const given = node.ints("strides") ?? kernel.map(() => 1);
  const dilations = node.ints("dilations") ?? kernel.map(() => 1);
  const auto = node.string("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = kernel.map((k, i) =>
      Math.max(0, (short[i]! - 1) * given[i]! + (k - 1) * dilations[i]! + 1 - long[i]!),
    );
    const small = total.map((pad) => Math.floor(pad / 2));
    const large = total.map((pad, i) => pad - small[i]!);
    const [before, after] = auto === "SAME_UPPER" ? [small, large] : [large, small];
    return { kernel, strides: usedStrides(given, long, short, before, after), dilations, before, after };
  }
  const pads = auto === "VALID" ? undefined : node.ints("pads");
  const before = pads?.slice(0, kernel.length) ?? kernel.map(() => 0);
  const after = pads?.slice(kernel.length) ?? kernel.map(() => 0);
  return { kernel, strides: usedStrides(given, long, short, before, after), dilations, before, after };
}

/** Where there is one window its stride means nothing: one that leads out of the axis may be any number. */
function usedStrides(
  strides: readonly number[],
  long: readonly number[],
  short: readonly number[],
  before: readonly number[],
  after: readonly number[],
): number[] {
  return strides.map((stride, i) =>
    short[i] === 1 ? Math.min(stride, Math.max(1, long[i]! + before[i]! + after[i]!)) : stride,
  );
}

/** How far a dilated kernel reaches: (k - 1) d + 1 for each axis. */
export function reach({ kernel, dilations }: Window): number[] {
  return kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
}
