import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Shape } from "../tensor.js";
import { define, type Definition, type DefinitionParts, type Tensors, type Values } from "./definition.js";
import type { Fields, Parsed } from "./fields.js";

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Where a pixel comes from: x' = a x + b y + c, y' = d x + e y + f, in pixels from the centre of the first one, as [a, b, c, d, e, f]. */
export type Affine = readonly [number, number, number, number, number, number];

/** What lies outside the picture: one value, its nearest edge, or its mirror image. */
export type Outside = number | "edge" | "mirror";

interface AffineParts<F extends Fields> {
  /** The size of what it makes from a picture of `size`; the same size when left out. */
  resize?(params: Parsed<F>, size: Size): Size;
  /** This step's map, from pixels of what it makes to pixels of the picture of `size`. */
  sample(params: Parsed<F>, size: Size, rng: Rng, view: { readonly index: number; readonly count: number }): Affine;
  /** How many views of every picture it makes in a step; 1 when left out. */
  views?(params: Parsed<F>): number;
  /** What is outside the picture; the latest one that says it counts. */
  outside?(params: Parsed<F>): Outside;
}

interface PixelwiseParts<F extends Fields> {
  /** Whether it takes a picture that has an opacity, and gives an opaque one. */
  readonly fillsTransparency?: boolean;
  /** Where several views of a picture are drawn in a step: numbers drawn once, from which each of them takes its own. */
  share?(params: Parsed<F>, shape: Shape, rng: Rng): Float32Array;
  /** This step's random numbers for a picture, or a view, of `shape` [channels, height, width], drawn on the host. */
  sample(params: Parsed<F>, shape: Shape, rng: Rng, shared?: Float32Array): Tensors;
  /** `drawn` has a first axis for the pictures. */
  build(params: Parsed<F>, picture: Value, drawn: Values, op: Ops): Value;
}

/** What `defineAffine` gives: a transform that moves pixels. Call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AffineDefinition<F extends Fields = any, Type extends string = string> = Definition<F, "transform", Type> &
  AffineParts<F> & { readonly form: "affine" };
/** What `defineTransform` gives: a transform that changes values. Call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type PixelwiseDefinition<F extends Fields = any, Type extends string = string> = Definition<
  F,
  "transform",
  Type
> &
  PixelwiseParts<F> & { readonly form: "pixelwise" };
/** A transform: one that moves pixels, or one that changes values. */
export type TransformDefinition = AffineDefinition | PixelwiseDefinition;

/**
 * A transform of your own that moves pixels: a run of neighbouring ones becomes one resampling. It never changes the result.
 *
 * @example
 * const shear = defineAffine({
 *   type: "shear",
 *   doc: "Slants the picture by a random share of its height",
 *   params: { largest: fields.fixed("largest share", { fallback: 0.1 }) },
 *   sample: ({ largest }, _, rng) => [1, (2 * rng.uniform() - 1) * largest, 0, 0, 1, 0],
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineAffine<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & AffineParts<F>,
): AffineDefinition<F, Type> {
  return define("transform", { ...definition, form: "affine" as const }) as never;
}

/**
 * A transform of your own that changes values: what happens to the picture between the parameterization and the model.
 *
 * @example
 * const darken = defineTransform({
 *   type: "darken",
 *   doc: "Multiplies every picture by a random factor",
 *   params: { least: fields.fixed("least factor", { fallback: 0.5 }) },
 *   sample: ({ least }, _, rng) => ({ factor: tensor("float32", rng.uniforms(1, least, 1), [1, 1, 1]) }),
 *   build: (_, picture, { factor }, op) => op.mul(picture, factor),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineTransform<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & PixelwiseParts<F>,
): PixelwiseDefinition<F, Type> {
  return define("transform", { ...definition, form: "pixelwise" as const }) as never;
}
