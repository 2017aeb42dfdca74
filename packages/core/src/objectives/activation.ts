import { XstarError } from "../errors.js";
import { defineObjective, type ObjectiveContext } from "../define/define.js";
import { index, layer, optional } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";
import { unitAxis } from "../model/layers.js";

/** Mean over all axes but the first. */
const meanOfEach = ({ op }: ObjectiveContext, x: Value) =>
  op.reduceMean(
    x,
    x.shape.slice(1).map((_, i) => i + 1),
  );

/** The units chosen for each picture: [batch, ...rest] from [batch, ..., units, ...] and indices [batch]. */
function pick({ op, batch }: ObjectiveContext, x: Value, axis: number, chosen: Value): Value {
  const at = positiveAxis(axis, x.rank);
  const others = x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== at);
  const front = op.transpose(x, [0, at, ...others]);
  const pairs = op.concat([op.unsqueeze(op.range(batch), [1]), op.unsqueeze(chosen, [1])], 1);
  return op.gatherND(front, pairs);
}

function channelOf(context: ObjectiveContext, name: string, chosen: Value): Value {
  const activations = context.layer(name);
  if (activations.rank < 2)
    throw new XstarError("bad-argument", `Layer "${name}" of shape [${activations.shape}] has no channels`);
  const axis = unitAxis(activations.rank);
  context.limit(chosen, activations.shape[axis]!, `channels of layer "${name}"`);
  return pick(context, activations, axis, chosen);
}

export const channel = defineObjective({
  type: "channel",
  doc: "Mean activation of one channel of a layer (of one unit, where the layer has no space)",
  params: { layer: layer("the layer to read"), channel: index("which channel, from 0") },
  build: (p, context) => meanOfEach(context, channelOf(context, p.layer, p.channel)),
});

export const neuron = defineObjective({
  type: "neuron",
  doc: "Activation of one neuron of a channel; the centre one when no place is given",
  params: {
    layer: layer("the layer to read"),
    channel: index("which channel, from 0"),
    y: optional(index("row, from 0 at the top")),
    x: optional(index("column, from 0 on the left")),
  },
  build(p, context) {
    const map = channelOf(context, p.layer, p.channel);
    const { op, batch } = context;
    const places = [p.y, p.x].slice(0, map.rank - 1);
    return places.reduce<Value>((rest, place, i) => {
      const length = rest.shape[1]!;
      if (place) context.limit(place, length, `${i === 0 ? "rows" : "columns"} of layer "${p.layer}"`);
      const at = place ?? op.expand(op.scalar(Math.floor(length / 2), "int64"), [batch]);
      return pick(context, rest, 1, at);
    }, map);
  },
});

export const layerObjective = defineObjective({
  type: "layer",
  doc: "Mean of the squared activations of a whole layer, as in DeepDream (Mordvintsev et al., 2015)",
  params: { layer: layer("the layer to read") },
  build(p, context) {
    const activations = context.layer(p.layer);
    return meanOfEach(context, context.op.mul(activations, activations));
  },
});

const classIndex = { class: index("which class, from 0") };

const pickClass = (context: ObjectiveContext, scores: Value, chosen: Value) => {
  context.limit(chosen, scores.shape[1]!, "classes of the model");
  return pick(context, scores, 1, chosen);
};

export const logit = defineObjective({
  type: "logit",
  doc: "Score of a class before the softmax",
  params: classIndex,
  build: (p, context) => pickClass(context, context.logits(), p.class),
});

export const probability = defineObjective({
  type: "probability",
  doc: "Softmax probability of a class; saturates, so prefer logit for ascent",
  params: classIndex,
  build: (p, context) => pickClass(context, context.op.softmax(context.logits(), 1), p.class),
});

export const crossEntropy = defineObjective({
  type: "crossEntropy",
  doc: "Minus the cross-entropy to a class (its log-probability): the training loss with the sign for climbing",
  params: classIndex,
  build: (p, context) => pickClass(context, context.op.logSoftmax(context.logits(), 1), p.class),
});
