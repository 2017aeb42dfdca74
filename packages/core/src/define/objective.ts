import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { define, type Definition, type DefinitionParts } from "./definition.js";
import type { Built, Fields } from "./fields.js";

/** What an objective may read. */
export interface ObjectiveContext {
  readonly op: Ops;
  /** Number of pictures in the batch. */
  readonly batch: number;
  /** The picture [batch, channels, height, width] before transforms, in picture units; without its opacity. */
  readonly picture: Value;
  /** The opacity [batch, 1, height, width] of a picture that has one, from 0 to 1. */
  readonly opacity: Value | undefined;
  /** The activations of a layer, [batch, ...]; of another model than the first by its name. Throws `unknown-layer`. */
  layer(name: string, model?: string): Value;
  /**
   * One unit of a layer at all its places, [batch, ...places], for the index that a caller gave for every picture. Throws
   * `bad-argument`, `unknown-layer`.
   */
  unit(layer: string, channel: Value, model?: string): Value;
  /**
   * The axis of a layer [batch, ...] along which its units lie, as its operators tell or as `axis` says in the layer's own
   * shape; undefined where each picture is one number of it. Throws `unknown-layer`, `bad-argument`.
   */
  unitAxis(
    name: string,
    of: { readonly model: string | undefined; readonly axis: number | undefined },
  ): number | undefined;
  /** The class scores before a final softmax, [batch, classes], or [batch, classes, ...places] of a network that has places. */
  logits(model?: string): Value;
  /** A part of a value along some axes: that of `op.slice`, computed from as little of the picture as it takes. */
  part(x: Value, ranges: readonly { readonly axis: number; readonly start: number; readonly end: number }[]): Value;
  /** A picture that the caller gave by name, [1, channels, height, width] like `picture`. Throws `bad-argument`. */
  image(name: string): Value;
  /**
   * The activations of a layer for the picture of that name: [1, ...], or [batch, ...] where it is transformed just like
   * each of the pictures. Throws `bad-argument`, `unknown-layer`.
   */
  imageLayer(image: string, layer: string, model?: string): Value;
  /** What a caller gave as an index or weight, one for each picture; undefined for a value that is none. */
  numbersOf(live: Value): readonly number[] | undefined;
  /** The same index, counted from `start` on. */
  countedFrom(start: number, index: Value): Value;
  /** Checks that an index that a caller gave is below `count`. Throws `bad-argument`. */
  limit(index: Value, count: number, what: string): void;
}

interface ObjectiveParts<F extends Fields> {
  /** Whether it compares the pictures of a batch place by place, so that transforms have to move all of them alike. */
  readonly sharedViews?: boolean;
  /** What it reads besides one opaque picture: an objective that needs more has no value for a picture of a data set. */
  readonly needs?: "batch" | "opacity";
  /** Whether it is what is subtracted from others: a price of the picture, whatever the network says of it. */
  readonly isPenalty?: boolean;
  /** Whether it is a probability, which hardly changes any more where the network is sure. */
  readonly saturates?: boolean;
  /** One number for each picture, [batch]; larger is better. */
  build(params: Built<F>, context: ObjectiveContext): Value;
}

/** What `defineObjective` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type ObjectiveDefinition<F extends Fields = any, Type extends string = string> = Definition<
  F,
  "objective",
  Type
> &
  ObjectiveParts<F>;

/**
 * An objective of your own: what is made as large as possible. Only the forward part is written; the gradient follows.
 *
 * @example
 * const contrast = defineObjective({
 *   type: "contrast",
 *   doc: "One channel of a layer more than another",
 *   params: { layer: fields.layer("the layer"), more: fields.index("this channel"), less: fields.index("not this one") },
 *   build: ({ layer, more, less }, { op, unit }) => op.sub(op.meanOfEach(unit(layer, more)), op.meanOfEach(unit(layer, less))),
 * });
 * await maximize(model, contrast({ layer: "conv2", more: 7, less: 8 }), { definitions: [contrast] });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineObjective<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & ObjectiveParts<F>,
): ObjectiveDefinition<F, Type> {
  return define("objective", definition) as never;
}
