import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { classOf, index } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import { atPlace, model, ofLayer, pick, place, unitOf, unitsOf, ofUnits } from "./units.js";

const channelIndex = { channel: index("which channel, from 0") };

export const channel = defineObjective({
  type: "channel",
  doc: "Mean activation of one channel of a layer (of one feature over all tokens, of one unit where the layer has no space)",
  params: { ...ofUnits, ...channelIndex },
  build: (p, context) => context.op.meanOfEach(unitOf(context, p, p.channel)),
});

export const neuron = defineObjective({
  type: "neuron",
  doc: "Activation of one neuron of a channel, or its mean over a region; the centre one when no place is given",
  params: { ...ofUnits, ...channelIndex, ...place },
  build: (p, context) => atPlace(context, unitOf(context, p, p.channel), p, p.layer),
});

export const spatial = defineObjective({
  type: "spatial",
  doc: "Mean activation of all channels at one place of a layer (a column of it); the centre one when no place is given",
  params: { ...ofUnits, ...place },
  build(p, context) {
    const { x, axis } = unitsOf(context, p);
    return atPlace(context, context.op.reduceMean(x, [axis]), p, p.layer);
  },
});

export const layer = defineObjective({
  type: "layer",
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

export const logit = defineObjective({
  type: "logit",
  doc: "Score of a class before the softmax; of a network with scores at many places (boxes, pixels, times) their mean",
  params: ofClass,
  build: (p, context) => pickClass(context, context.logits(p.model), p.class),
});

export const probability = defineObjective({
  type: "probability",
  saturates: true,
  doc: "Softmax probability of a class; saturates, so prefer logit for ascent",
  params: ofClass,
  build: (p, context) => pickClass(context, context.op.softmax(context.logits(p.model), 1), p.class),
});

export const crossEntropy = defineObjective({
  type: "crossEntropy",
  doc: "Minus the cross-entropy to a class (its log-probability): the training loss with the sign for climbing",
  params: ofClass,
  build: (p, context) => pickClass(context, context.op.logSoftmax(context.logits(p.model), 1), p.class),
});
