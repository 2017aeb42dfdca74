import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { define, type Definition, type DefinitionParts, type Tensors, type Values } from "./definition.js";
import type { Fields, Parsed } from "./fields.js";
import type { Spec } from "./spec.js";
import type { Size } from "./transform.js";

/** Large things that specs name instead of holding: plain JSON stays small. */
export interface Assets {
  /** The parameterization that a spec inside another one names, and the spec with its defaults. Throws `bad-argument`. */
  parameterization(spec: Spec): { readonly definition: ParameterizationDefinition; readonly spec: Spec };
  /** A picture [channels, height, width] in picture units, at the size asked for; the one of that index where the name stands for several. Throws `bad-argument`. */
  image(name: string, height: number, width: number, index?: number): Tensor;
  /** The pictures of a name, one or several, [channels, height, width] each as it was given. Throws `bad-argument`. */
  images(name: string): readonly Tensor[];
  /** The size of a picture as it was given. Throws `bad-argument`. */
  imageSize(name: string): Size;
  /** Appends a whole model (a generator) to a graph: its picture output from its input. Throws `bad-argument`. */
  generator(name: string): Generator;
}

/** A model that makes pictures from a latent vector. */
export interface Generator {
  /** Shape of the latent of one picture, without the batch. */
  readonly latent: Shape;
  /** The numbers in its picture that are black and white, by the operator that it ends in. */
  readonly range: readonly [number, number];
  /** [batch, ...latent] to the model's output [batch, ...]. */
  build(op: Ops, latent: Value): Value;
}

/** What a parameterization may read. */
export interface ParameterizationContext {
  readonly op: Ops;
  /** Shape of the picture that the model takes: [batch, channels, height, width], in the size that the caller chose. */
  readonly shape: Shape;
  /** What was given by name besides the specs. */
  readonly assets: Assets;
}

interface ParameterizationParts<F extends Fields> {
  /** How many starts to draw where most of them lead nowhere; 1 when left out. */
  restarts?(params: Parsed<F>, assets: Pick<Assets, "parameterization">): number;
  /**
   * Variables drawn at random, as the method's authors begin, for pictures of `shape`: the numbers of picture i come
   * from `rngs[i]` alone (those that all pictures share from `rngs[0]`). Left out where the method has no start of its
   * own: it then begins at a picture of uniform noise.
   */
  initial?(params: Parsed<F>, shape: Shape, rngs: readonly Rng[], assets: Assets): Tensors;
  /**
   * The variables for start pictures [batch, channels, height, width], with an opacity [batch, 1, height, width] where the
   * pictures have one; left out where a picture has none.
   */
  invert?(params: Parsed<F>, pictures: Tensor, assets: Assets, opacity?: Tensor): Tensors;
  /** The range that its pictures are kept in; undefined where they are free. */
  range?(params: Parsed<F>): readonly [number, number] | undefined;
  /** Whether it has no place inside another one. */
  readonly isOutermost?: boolean;
  /** Whether its pictures have an opacity. */
  readonly isTransparent?: boolean;
  /** The picture that the variables stand for, in picture units; a channel more than `shape` is its opacity. */
  build(params: Parsed<F>, state: Values, context: ParameterizationContext): Value;
  /** Brings variables back to where they are allowed to be, after a step. */
  project?(params: Parsed<F>, state: Values, context: ParameterizationContext): Values;
}

/** What `defineParameterization` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type ParameterizationDefinition<F extends Fields = any, Type extends string = string> = Definition<
  F,
  "parameterization",
  Type
> &
  ParameterizationParts<F>;

/**
 * A parameterization of your own: the variables behind the picture.
 *
 * @example
 * const mirrored = defineParameterization({
 *   type: "mirrored",
 *   doc: "Pixels whose right half is the mirror image of the left",
 *   params: {},
 *   invert: (_, pictures) => ({ pixels: pictures }),
 *   build: (_, { pixels }, { op }) => op.mul(op.add(pixels, op.flip(pixels, [3])), 0.5),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineParameterization<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & ParameterizationParts<F>,
): ParameterizationDefinition<F, Type> {
  return define("parameterization", definition) as never;
}
