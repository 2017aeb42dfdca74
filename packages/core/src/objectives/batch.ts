import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { index, number, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { tensor } from "../tensor.js";
import { unitVectors } from "./unit-vectors.js";
import { ofLayer, ofUnits, unitOf, unitsOf } from "./units.js";

/** Objectives that look at the pictures of a batch together. */

/** Throws `bad-argument` for a picture alone. */
function needOthers({ batch }: ObjectiveContext, type: string): void {
  if (batch > 1) return;
  throw new XstarError("bad-argument", `"${type}" compares the pictures of a batch, and here is only one`, {
    hint: "Make several pictures: of several targets, starts or streams, or with --batch on the command line",
  });
}

/** How the channels of a layer go together over all places: their Gram matrices, [n, channels, channels], mean over places. */
export function gramOf(context: ObjectiveContext, x: Value, axis: number): Value {
  const { op } = context;
  const places = x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
  const [n, channels] = [x.shape[0]!, x.shape[axis]!];
  const count = places.reduce((product, i) => product * x.shape[i]!, 1);
  const rows = op.reshape(op.transpose(x, [0, axis, ...places]), [n, channels, count]);
  return op.div(op.matMul(rows, op.transpose(rows, [0, 2, 1])), count);
}

/**
 * How unlike in texture the pictures of the batch are: minus the sum of the cosines between a picture's Gram matrix and each
 * other one's (Olah et al., 2017, with weight 100).
 *
 * @example
 * diversity({ layer: "conv2" });
 */
export const diversity = defineObjective({
  type: "diversity",
  example: { layer: "conv2" },
  doc: "How unlike in texture the pictures of the batch are: minus the sum of the cosines between a picture's Gram matrix and each other one's (Olah et al., 2017, with weight 100)",
  needs: "batch",
  params: ofUnits,
  build(p, context) {
    needOthers(context, "diversity");
    const { op, batch } = context;
    const { x, axis } = unitsOf(context, p);
    const gram = gramOf(context, x, axis);
    const rows = op.reshape(gram, [batch, gram.shape[1]! ** 2]);
    const directions = unitVectors(op, rows, [1]);
    const cosines = op.matMul(directions, op.transpose(directions, [1, 0]));
    const others = Array.from({ length: batch * batch }, (_, i) => (i % (batch + 1) === 0 ? 0 : -1));
    return op.reduceSum(op.mul(cosines, op.constant(tensor("float32", others, [batch, batch]), "others")), [1]);
  },
});

/** The farthest neighbour that is compared. */
const reach = 4;

/**
 * How alike neighbours in the batch are: minus half the mean squared differences to the 4 before and the 4 after, so that a
 * pair counts once; the transforms move all pictures alike (Lucid).
 *
 * @example
 * alignment({ layer: "conv2" });
 */
export const alignment = defineObjective({
  type: "alignment",
  example: { layer: "conv2" },
  doc: "How alike neighbours in the batch are: minus half the mean squared differences to the 4 before and the 4 after, so that a pair counts once; the transforms move all pictures alike (Lucid)",
  sharedViews: true,
  needs: "batch",
  params: { ...ofLayer, decay: number("how much less each farther neighbour counts", { fallback: 2, min: 1 }) },
  build(p, context) {
    needOthers(context, "alignment");
    const { op, batch } = context;
    const x = context.layer(p.layer, p.model);
    const terms = Array.from({ length: Math.min(reach, batch - 1) }, (_, k) => {
      const distance = k + 1;
      const apart = op.sub(op.sliceAxis(x, 0, distance, batch), op.sliceAxis(x, 0, 0, batch - distance));
      const pairs = op.meanOfEach(op.mul(apart, apart));
      const both = op.add(op.pad(pairs, [distance], [0]), op.pad(pairs, [0], [distance]));
      return op.div(both, op.pow(p.decay, distance));
    });
    return op.mul(op.sum(terms), -0.5);
  },
});

/**
 * A mixture of two channels: from the first one alone in the first picture of the batch to the second one alone in the last.
 *
 * @example
 * interpolation({ layer: "conv2", from: 3, to: 5 });
 */
export const interpolation = defineObjective({
  type: "interpolation",
  example: { layer: "conv2", from: 3, to: 5 },
  doc: "A mixture of two channels: from the first one alone in the first picture of the batch to the second one alone in the last",
  needs: "batch",
  params: {
    ...ofUnits,
    from: index("the channel of the first picture, from 0"),
    to: index("the channel of the last picture, from 0"),
    share: optional(
      number("share of the second channel, in place of the picture's place in the batch", { min: 0, max: 1 }),
    ),
  },
  build(p, context) {
    const { op, batch } = context;
    if (!p.share) needOthers(context, "interpolation");
    const places = () =>
      tensor(
        "float32",
        Float32Array.from({ length: batch }, (_, i) => i / (batch - 1)),
      );
    const share = p.share ?? op.constant(places(), "shares");
    const [from, to] = [p.from, p.to].map((chosen) => op.meanOfEach(unitOf(context, p, chosen)));
    return op.add(op.mul(from!, op.sub(1, share)), op.mul(to!, share));
  },
});
