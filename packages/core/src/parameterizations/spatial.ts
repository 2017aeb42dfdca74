import {
  defineParameterization,
  type ParameterizationContext,
  type ParameterizationDefinition,
  type Assets,
} from "../define/parameterization.js";
import type { Tensors, Values } from "../define/definition.js";
import { choice, range, type Fields, type Given, type Parsed } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { colorParams, mixColors, separateColorsOf, type Color, type ColorParams } from "./color.js";
import { clipTo, logitFrom, mapFloats, sigmoidTo } from "./squash.js";

export interface SpatialParams extends ColorParams {
  readonly range: readonly [number, number];
  readonly squash: "sigmoid" | "clip" | "none";
}

const spatialParams = (color: Color) => ({
  ...colorParams(color),
  range: { ...range("values that the picture may take, in picture units"), fallback: [0, 1] as const },
  squash: choice(
    "how the range is kept: pass through a sigmoid, clip what is outside, or not at all",
    ["sigmoid", "clip", "none"],
    "sigmoid",
  ),
});

type SpatialFields<F extends Fields> = F & ReturnType<typeof spatialParams>;

/** A parameterization that makes numbers around 0, of which `toPicture` makes the picture. */
// oxlint-disable-next-line typescript/no-explicit-any
export interface SpatialDefinition<
  F extends Fields = any,
  Type extends string = string,
> extends ParameterizationDefinition<SpatialFields<F>, Type> {
  /** Numbers around 0 along the colour axes, [batch, channels, height, width]. */
  pixels(params: Parsed<F> & SpatialParams, state: Values, context: ParameterizationContext): Value;
}

/** A parameterization of pictures with decorrelated colours and a range that is kept. */
/* @__NO_SIDE_EFFECTS__ */
export function defineSpatial<const F extends Fields, const Type extends string>(definition: {
  readonly type: Type;
  readonly doc: string;
  readonly params: F;
  readonly example?: Given<SpatialFields<F>>;
  /** Colour axes where none are chosen. @default "auto" */
  readonly color?: Color;
  initial(params: Parsed<F> & SpatialParams, shape: Shape, rngs: readonly Rng[], assets: Assets): Tensors;
  /** The variables for numbers around 0 [batch, channels, height, width]. */
  invert?(params: Parsed<F> & SpatialParams, pixels: Tensor): Tensors;
  pixels(params: Parsed<F> & SpatialParams, state: Values, context: ParameterizationContext): Value;
}): SpatialDefinition<F, Type> {
  const { type, doc, params: own, example, color = "auto", initial, invert, pixels } = definition;
  // the compiler cannot see that what is parsed from both lists of fields is parsed from each
  const read = (parsed: Parsed<SpatialFields<F>>) => parsed as unknown as Parsed<F> & SpatialParams;
  const params: SpatialFields<F> = { ...own, ...spatialParams(color) };
  const made = defineParameterization<SpatialFields<F>, Type>({
    type,
    doc,
    params,
    ...(example && { example }),
    range: (p) => (read(p).squash === "none" ? undefined : read(p).range),
    initial: (p, shape, rngs, assets) => initial(read(p), shape, rngs, assets),
    ...(invert && { invert: (p, pictures) => invert(read(p), fromPicture(read(p), pictures)) }),
    build: (p, state, context) => toPicture(context.op, read(p), pixels(read(p), state, context)),
  });
  return Object.assign(made, { pixels });
}

/** Numbers around 0 [batch, channels, height, width] to a picture; 0 is the middle of the range. */
export function toPicture(op: Ops, params: SpatialParams, x: Value): Value {
  const mixed = mixColors(op, params, x);
  if (params.squash === "sigmoid") return sigmoidTo(op, mixed, params.range);
  const [low, high] = params.range;
  const picture = op.add(op.mul(mixed, high - low), (low + high) / 2);
  return params.squash === "clip" ? op.clip(picture, low, high) : picture;
}

/** The inverse of `toPicture` on the host; pictures out of range begin just within it. */
export function fromPicture(params: SpatialParams, pictures: Tensor): Tensor {
  const { range: bounds, squash } = params;
  if (squash === "sigmoid") return separateColorsOf(params, logitFrom(pictures, bounds));
  const [low, high] = bounds;
  const within = squash === "clip" ? clipTo(pictures, bounds) : pictures;
  return separateColorsOf(
    params,
    mapFloats(within, (x) => (x - (low + high) / 2) / (high - low)),
  );
}

/** Throws `bad-argument` for pictures without height and width. */
export function spatialShape(shape: Shape): [batch: number, channels: number, height: number, width: number] {
  if (shape.length === 4) return [...shape] as [number, number, number, number];
  throw new XstarError("bad-argument", `A picture of shape [${shape}] has no channels, height and width`, {
    hint: 'The parameterization "pixel" takes inputs of any shape',
  });
}
