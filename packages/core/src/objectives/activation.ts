import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { classOf, index } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import { atPlace, model, ofLayer, pick, place, unitOf, unitsOf, ofUnits } from "./units.js";

const channelIndex = { channel: index("which channel, from 0") };

/**
 * Mean activation of one channel of a layer (of one feature over all tokens, of one unit where the layer has no space).
 *
 * @example
 * channel({ layer: "conv2", channel: 7 });
 */
export const channel = defineObjective({
  type: "channel",
  example: { layer: "conv2", channel: 7 },
  doc: "Mean activation of one channel of a layer (of one feature over all tokens, of one unit where the layer has no space)",
  params: { ...ofUnits, ...channelIndex },
  build: (p, context) => context.op.meanOfEach(unitOf(context, p, p.channel)),
});

/**
 * Activation of one neuron of a channel, or its mean over a region; the centre one when no place is given.
 *
 * @example
 * neuron({ layer: "conv2", channel: 7, y: 3, x: 4 });
 */
export const neuron = defineObjective({
  type: "neuron",
  example: { layer: "conv2", channel: 7, y: 3, x: 4 },
  doc: "Activation of one neuron of a channel, or its mean over a region; the centre one when no place is given",
  params: { ...ofUnits, ...channelIndex, ...place },
  build: (p, context) => atPlace(context, unitOf(context, p, p.channel), p, p.layer),
});

/**
 * Mean activation of all channels at one place of a layer (a column of it); the centre one when no place is given.
 *
 * @example
 * spatial({ layer: "conv2", y: 3, x: 4 });
 */
export const spatial = defineObjective({
  type: "spatial",
  example: { layer: "conv2", y: 3, x: 4 },
  doc: "Mean activation of all channels at one place of a layer (a column of it); the centre one when no place is given",
  params: { ...ofUnits, ...place },
  build(p, context) {
    const { x, axis } = unitsOf(context, p);
    return atPlace(context, context.op.reduceMean(x, [axis]), p, p.layer);
  },
});

/**
 * Mean of the squared activations of a whole layer, as in DeepDream (Mordvintsev et al., 2015).
 *
 * @example
 * layer({ layer: "conv2" });
 */
export const layer = defineObjective({
  type: "layer",
  example: { layer: "conv2" },
  doc: "Mean of the squared activations of a whole layer, as in DeepDream (Mordvintsev et al., 2015)",
  params: ofLayer,
  build(p, context) {
    const activations = context.layer(p.layer, p.model);
    return context.op.meanOfEach(context.op.mul(activations, activations));
  },
});

const ofClass = { class: classOf("which class: its number from 0, or its label"), model };

const pickClass = (context: ObjectiveContext, scores: Value, chosen: Value) => {
  context.limit(chosen, scores.shape[1]!, "classes of the model");
  return context.op.meanOfEach(pick(context, scores, 1, chosen));
};

/**
 * Score of a class before the softmax; of a network with scores at many places (boxes, pixels, times) their mean.
 *
 * @example
 * logit({ class: 3 });
 */
export const logit = defineObjective({
  type: "logit",
  example: { class: 3 },
  doc: "Score of a class before the softmax; of a network with scores at many places (boxes, pixels, times) their mean",
  params: ofClass,
  build: (p, context) => pickClass(context, context.logits(p.model), p.class),
});

/**
 * Softmax probability of a class; saturates, so prefer logit for ascent.
 *
 * @example
 * probability({ class: 3 });
 */
export const probability = defineObjective({
  type: "probability",
  example: { class: 3 },
  saturates: true,
  doc: "Softmax probability of a class; saturates, so prefer logit for ascent",
  params: ofClass,
  build: (p, context) => pickClass(context, context.op.softmax(context.logits(p.model), 1), p.class),
});

/**
 * Minus the cross-entropy to a class (its log-probability): the training loss with the sign for climbing.
 *
 * @example
 * crossEntropy({ class: 3 });
 */
export const crossEntropy = defineObjective({
  type: "crossEntropy",
  example: { class: 3 },
  doc: "Minus the cross-entropy to a class (its log-probability): the training loss with the sign for climbing",
  params: ofClass,
  build: (p, context) => pickClass(context, context.op.logSoftmax(context.logits(p.model), 1), p.class),
});
