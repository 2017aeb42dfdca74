import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Shape } from "../tensor.js";
import { define, type Definition, type DefinitionParts, type Tensors, type Values } from "./definition.js";
import type { Fields, Parsed } from "./fields.js";
import type { Assets } from "./parameterization.js";

/** A layer with places: its units in planes, [pictures, units, height, width]. */
export interface PlacedLayer {
  readonly activations: Value;
  /** The gradient of a value [pictures], by default the target, by the activations: of their shape. */
  gradient(of?: Value): Value;
}

/** What a transformer's tokens look at. */
export interface AttentionLayers {
  /** Of every block from first to last: weights [pictures, heads, tokens, tokens], each row with the sum 1. */
  readonly weights: readonly Value[];
  /** The gradients of the target by all of them. */
  gradients(): readonly Value[];
  /** How much each token counts [pictures, tokens] as planes [pictures, 1, height, width]: what stands for no place is left out. */
  asPlanes(tokens: Value): Value;
  /** Tokens before those of the places: 1 where a class token comes first. */
  readonly extra: number;
}

/** What one look at a picture may read. */
export interface ExplanationContext {
  readonly op: Ops;
  /** [pictures, channels, height, width], in picture units. */
  readonly picture: Value;
  /** What is explained: one number of each picture, [pictures]. */
  readonly value: Value;
  /** Class scores before the softmax [pictures, classes]; undefined where the model has none. */
  readonly scores: Value | undefined;
  /** 1 for the class that is explained, else 0, [pictures, classes]; undefined where the target is no class. */
  readonly chosen: Value | undefined;
  /** The gradient of the target by the picture, of its shape; `overrides` are rules in the place of true gradients. */
  gradient(overrides?: readonly string[]): Value;
  /** A layer that has places; the one that fits best when left out. Throws `unknown-layer`, `bad-argument`. */
  layer(name?: string): PlacedLayer;
  /** Layers of several resolutions, the one that fits best last. */
  layers(): readonly PlacedLayer[];
  /** The attention of a transformer. Throws `bad-argument` for a model without it. */
  attention(): AttentionLayers;
}

/** What a method that looks at many variants of a picture draws one of them from. */
export interface Drawing {
  /** Of the picture, [channels, height, width]. */
  readonly shape: Shape;
  /** Which one, from 0, of how many. */
  readonly index: number;
  readonly count: number;
  /** A generator of its own. */
  readonly rng: Rng;
  readonly assets: Assets;
}

/** What is read of some variants of a picture. */
export interface VariantContext {
  readonly op: Ops;
  /** [1, channels, height, width]. */
  readonly picture: Value;
  readonly variants: Value;
  readonly drawn: Values;
  /** What is explained, of each variant: [variants]. */
  readonly value: Value;
  /** The same as a probability where it is the score of a class. */
  readonly probability: Value;
  /** The gradient of the target by each variant, of their shape. */
  gradient(): Value;
}

/** What many variants become. */
export interface FinishContext {
  readonly op: Ops;
  readonly picture: Value;
  /** What is explained, of the picture itself: [1]. */
  readonly value: Value;
  readonly probability: Value;
  /** What `read` gave, summed over all variants. */
  readonly sums: Values;
  readonly count: number;
}

/** A map that one look at the picture gives. */
export interface OneLook<F extends Fields> {
  /** [pictures, 1, any height, any width]: how much each place counts. */
  build(params: Parsed<F>, context: ExplanationContext): Value;
}

/** A map that many variants of the picture give together. */
export interface ManyLooks<F extends Fields> {
  /** How many variants. */
  count(params: Parsed<F>, shape: Shape): number;
  /** Random or fixed numbers of one variant, without an axis for the variants. */
  draw(params: Parsed<F>, drawing: Drawing): Tensors;
  /** The variants [n, channels, height, width] of a picture [1, ...], with what was drawn for each as [n, ...]. */
  see(params: Parsed<F>, of: { readonly op: Ops; readonly picture: Value; readonly drawn: Values }): Value;
  /** What is added up over the variants, [n, ...] each. */
  read(params: Parsed<F>, context: VariantContext): Values;
  /** `map` [1, 1, height, width], and numbers that tell whether it can be believed. */
  finish(params: Parsed<F>, context: FinishContext): Values & { readonly map: Value };
}

interface ExplanationParts {
  /** Whether the map has a sign: what speaks against the target is negative. @default false */
  readonly isSigned?: boolean;
  /** What a reader of the map has to know, in a sentence without a period. */
  readonly caveat?: string;
  /** What a model needs to have. */
  readonly needs?: "places" | "attention" | "classes";
}

/** What `defineExplanation` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type ExplanationDefinition<F extends Fields = any, Type extends string = string> = Definition<
  F,
  "explanation",
  Type
> &
  ExplanationParts &
  (OneLook<F> | ManyLooks<F>);

/**
 * An explanation of your own: which parts of a picture speak for a target. Only what is read forward is written; gradients are
 * there.
 *
 * @example
 * const saliency = defineExplanation({
 *   type: "saliency",
 *   doc: "The sum of the absolute gradient over the colours",
 *   params: {},
 *   build: (_, { op, gradient }) => op.reduceSum(op.abs(gradient()), [1], true),
 * });
 * await explain(model, photo, "logit:tabby", { methods: ["saliency"], definitions: [saliency] });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineExplanation<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & ExplanationParts & (OneLook<F> | ManyLooks<F>),
): ExplanationDefinition<F, Type> {
  return define("explanation", definition) as never;
}

/**
 * Whether a method looks at many variants of a picture, which takes its time; the others look once.
 *
 * @example
 * const quick = Object.values(standard.explanation).filter((definition) => !looksOften(definition));
 */
export const looksOften = (
  definition: ExplanationDefinition,
  // oxlint-disable-next-line typescript/no-explicit-any
): definition is ExplanationDefinition & ManyLooks<any> => "see" in definition;
