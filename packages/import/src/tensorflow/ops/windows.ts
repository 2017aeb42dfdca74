import { XstarError } from "@xstar/core";
import { rankOf, wholeNumbers, type Symbolic } from "../../build/symbolic.js";
import { beyond, pad, slice, type Pads } from "../../ops/shapes.js";
import { conv, convTranspose, depthwise, pool, type Padding, type Window } from "../../ops/windows.js";
import type { EmitOp, OpRows, Settings } from "../op.js";
import { channelsLast, spatial } from "./channels.js";

function windowOf(op: Settings, x: Symbolic): Window {
  const axes = rankOf(x);
  const ofAxes = (key: string) =>
    spatial(op, op.ints(key).length === axes ? op.ints(key) : Array.from({ length: axes }, () => 1));
  return { strides: ofAxes("strides"), dilations: ofAxes("dilations"), padding: paddingOf(op) };
}

function paddingOf(op: Settings): Padding {
  const name = op.string("padding", "VALID");
  if (name !== "EXPLICIT") return name === "SAME" ? "same" : "valid";
  const list = op.ints("explicit_paddings");
  return spatial(
    op,
    Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!] as const),
  );
}

/** What SpaceToBatchND hands on: pictures to be convolved with holes of this size. */
interface Spread {
  readonly source: Symbolic;
  readonly block: readonly number[];
  readonly pads: Pads;
}

const spreads = new WeakMap<Symbolic, Spread>();

/** Space to batch, a convolution, and back, is a convolution with dilations: padded before, cropped behind. */
export function undilated(x: Symbolic, window: Window): { x: Symbolic; window: Window } {
  const spread = spreads.get(x);
  return spread
    ? { x: spread.source, window: { ...window, dilations: spread.block, padding: spread.pads } }
    : { x, window };
}

const toBatch: EmitOp = (b, [x, block, pads]) => {
  const sizes = wholeNumbers(block!, "The block of SpaceToBatchND");
  const list = wholeNumbers(pads!, "The padding of SpaceToBatchND");
  const spread = { ...x! };
  spreads.set(spread, {
    source: x!,
    block: sizes,
    pads: sizes.map((_, i) => [list[2 * i]!, list[2 * i + 1]!] as const),
  });
  return spread;
};

const fromBatch: EmitOp = (b, [x, , crops]) => {
  const list = wholeNumbers(crops!, "The crops of BatchToSpaceND");
  const parts = Array.from({ length: list.length / 2 }, (_, i) => ({
    axis: i + 1,
    start: list[2 * i]!,
    after: list[2 * i + 1]!,
  }));
  const needed = parts.filter(({ start, after }) => start > 0 || after > 0);
  return slice(
    b,
    x!,
    needed.map(({ axis, start, after }) => ({ axis, start, end: after === 0 ? beyond : -after })),
  );
};

export const convolution: EmitOp = (b, [given, kernel], op) =>
  channelsLast(b, given!, op, (moved) => {
    const { x, window } = undilated(moved, windowOf(op, moved));
    const groups = x.dims.at(-1) === undefined ? 1 : x.dims.at(-1)! / kernel!.dims.at(-2)!;
    return conv(b, x, kernel!, { ...window, groups });
  });

export const depthwiseConvolution: EmitOp = (b, [given, kernel], op) =>
  channelsLast(b, given!, op, (moved) => {
    const { x, window } = undilated(moved, windowOf(op, moved));
    return depthwise(b, x, kernel!, window);
  });

const transposed: EmitOp = (b, [sizes, kernel, x], op) => {
  const wanted = sizes!.known ?? wholeNumbers(sizes!, "The size of a transposed convolution");
  return channelsLast(b, x!, op, (moved) =>
    convTranspose(b, moved, kernel!, { ...windowOf(op, moved), outputSizes: spatial(op, wanted) }),
  );
};

const pooling =
  (opType: "MaxPool" | "AveragePool"): EmitOp =>
  (b, [x], op) =>
    channelsLast(b, x!, op, (moved) => pool(b, opType, moved, spatial(op, op.ints("ksize")), windowOf(op, moved)));

function sidesOf(pads: Symbolic): Pads {
  const list = wholeNumbers(pads, "A padding");
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!] as const);
}

const padded: EmitOp = (b, [x, pads, value]) =>
  pad(b, x!, sidesOf(pads!), "constant", value ? wholeNumbers(value, "A padding")[0] : 0);

/** Symmetric repeats the border itself: by one pixel that is ONNX's edge, by more there is nothing like it. */
const mirrored: EmitOp = (b, [x, pads], op) => {
  const sides = sidesOf(pads!);
  if (op.string("mode", "REFLECT") === "REFLECT") return pad(b, x!, sides, "reflect");
  if (sides.flat().some((side) => side > 1))
    throw new XstarError(
      "unsupported-model",
      `Operation "${op.name}" mirrors more than one pixel with the border, which is not supported`,
    );
  return pad(b, x!, sides, "edge");
};

/** Operations on windows of pictures. */
export const windows: OpRows = {
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2dNative: depthwiseConvolution,
  Conv2DBackpropInput: transposed,
  MaxPool: pooling("MaxPool"),
  AvgPool: pooling("AveragePool"),
  MaxPool3D: pooling("MaxPool"),
  AvgPool3D: pooling("AveragePool"),
  SpaceToBatchND: toBatch,
  BatchToSpaceND: fromBatch,
  Pad: padded,
  PadV2: padded,
  MirrorPad: mirrored,
};
