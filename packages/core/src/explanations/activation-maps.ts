import { defineExplanation, type PlacedLayer } from "../define/explanation.js";
import { fixed, layer as layerName, int, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { firstComponent } from "./first-component.js";

/** Class activation maps: what the units of a layer answer at each place, weighted by how much they speak for the target. */

const ofLayer = { layer: optional(layerName("the layer whose places are weighed; chosen by the model when left out")) };

/** The sum over units of activations times weights [n, units, 1 or height, 1 or width], what is negative left out. */
const weighted = (op: Ops, activations: Value, weights: Value) =>
  op.relu(op.reduceSum(op.mul(weights, activations), [1], true));

const overPlaces = [2, 3];

const gradCamOf = (op: Ops, { activations, gradient }: PlacedLayer, of?: Value) =>
  weighted(op, activations, op.reduceMean(gradient(of), overPlaces, true));

/**
 * Units of a layer weighed by their mean gradient (Selvaraju et al., 2017).
 *
 * @example
 * gradCam({});
 */
export const gradCam = defineExplanation({
  type: "gradCam",
  example: {},
  doc: "Units of a layer weighed by their mean gradient (Selvaraju et al., 2017)",
  needs: "places",
  params: ofLayer,
  build: ({ layer }, context) => gradCamOf(context.op, context.layer(layer)),
});

/**
 * Grad-CAM that counts each of several objects of a class (Chattopadhay et al., 2018).
 *
 * @example
 * gradCamPlusPlus({});
 */
export const gradCamPlusPlus = defineExplanation({
  type: "gradCamPlusPlus",
  example: {},
  doc: "Grad-CAM that counts each of several objects of a class (Chattopadhay et al., 2018)",
  needs: "places",
  params: ofLayer,
  build({ layer }, { op, layer: find }) {
    const { activations, gradient } = find(layer);
    const slope = gradient();
    const squared = op.mul(slope, slope);
    const total = op.reduceSum(activations, overPlaces, true);
    const divisor = op.add(op.mul(squared, 2), op.mul(total, op.mul(squared, slope)));
    const alpha = op.where(op.equal(slope, 0), 0, op.div(squared, op.add(divisor, 1e-6)));
    const weights = op.reduceSum(op.mul(op.relu(slope), alpha), overPlaces, true);
    return weighted(op, activations, weights);
  },
});

/**
 * Every place of every unit weighed by its own gradient: exact for networks whose last layer is linear (Draelos and Carin, 2020).
 *
 * @example
 * hiResCam({});
 */
export const hiResCam = defineExplanation({
  type: "hiResCam",
  example: {},
  doc: "Every place of every unit weighed by its own gradient: exact for networks whose last layer is linear (Draelos and Carin, 2020)",
  needs: "places",
  params: ofLayer,
  build({ layer }, { op, layer: find }) {
    const { activations, gradient } = find(layer);
    return weighted(op, activations, gradient());
  },
});

const layerCamOf = (op: Ops, { activations, gradient }: PlacedLayer) => weighted(op, activations, op.relu(gradient()));

/**
 * Places weighed by their positive gradient; without a layer, several of different resolutions are joined (Jiang et al., 2021).
 *
 * @example
 * layerCam({});
 */
export const layerCam = defineExplanation({
  type: "layerCam",
  example: {},
  doc: "Places weighed by their positive gradient; without a layer, several of different resolutions are joined (Jiang et al., 2021)",
  needs: "places",
  params: ofLayer,
  build({ layer }, { op, picture, layer: find, layers }) {
    if (layer !== undefined) return layerCamOf(op, find(layer));
    const [height, width] = picture.shape.slice(2) as [number, number];
    const maps = layers().map((one) => {
      const map = layerCamOf(op, one);
      const largest = op.reduceMax(map, overPlaces, true);
      const scaled = op.div(map, op.max(largest, 1e-12));
      return op.resize(scaled, [...scaled.shape.slice(0, 2), height, width]);
    });
    return op.div(op.sum(maps), maps.length);
  },
});

/**
 * Grad-CAM whose weights add up to the target as its activations do (Fu et al., 2020).
 *
 * @example
 * xGradCam({});
 */
export const xGradCam = defineExplanation({
  type: "xGradCam",
  example: {},
  doc: "Grad-CAM whose weights add up to the target as its activations do (Fu et al., 2020)",
  needs: "places",
  params: ofLayer,
  build({ layer }, { op, layer: find }) {
    const { activations, gradient } = find(layer);
    const total = op.add(op.reduceSum(activations, overPlaces, true), 1e-7);
    const weights = op.div(op.reduceSum(op.mul(gradient(), activations), overPlaces, true), total);
    return weighted(op, activations, weights);
  },
});

/**
 * What the units of a layer have most in common over the places, whatever the target (Muhammad and Yeasin, 2020).
 *
 * @example
 * eigenCam({});
 */
export const eigenCam = defineExplanation({
  type: "eigenCam",
  example: {},
  doc: "What the units of a layer have most in common over the places, whatever the target (Muhammad and Yeasin, 2020)",
  caveat: "It looks at no class: the map is the same for all of them",
  needs: "places",
  params: ofLayer,
  build: ({ layer }, { op, layer: find }) => op.relu(firstComponent(op, find(layer).activations)),
});

/**
 * Grad-CAM of a class against those that the network takes for most alike (Zhang et al., 2025).
 *
 * @example
 * finerCam({ rivals: 3 });
 */
export const finerCam = defineExplanation({
  type: "finerCam",
  example: { rivals: 3 },
  doc: "Grad-CAM of a class against those that the network takes for most alike (Zhang et al., 2025)",
  needs: "classes",
  params: {
    ...ofLayer,
    rivals: int("how many classes it is set against", { fallback: 3, min: 1 }),
    strength: fixed("how much of their scores is taken off", { fallback: 1, min: 0 }),
  },
  build({ layer, rivals, strength }, { op, scores, chosen, layer: find }) {
    if (!scores || !chosen)
      throw new XstarError("bad-argument", '"finerCam" sets a class against others, and the target is no class', {
        hint: "Give a target such as logit:3, or another method",
      });
    const [n, classes] = scores.shape as [number, number];
    const own = op.reduceSum(op.mul(scores, chosen), [1], true);
    const count = Math.min(rivals, classes - 1);
    // the class itself is put out of reach
    const distance = op.add(op.abs(op.sub(scores, own)), op.mul(chosen, 1e9));
    const nearest = op.emit(
      "TopK",
      [op.neg(distance), op.ints([count])],
      [
        { dtype: "float32", shape: [n, count] },
        { dtype: "int64", shape: [n, count] },
      ],
      { axis: 1 },
    )[1]!;
    const shares = op.gatherElements(op.softmax(scores, 1), nearest, 1);
    const lead = op.sub(own, op.mul(op.gatherElements(scores, nearest, 1), strength));
    const value = op.div(op.sumOfEach(op.mul(shares, lead)), op.add(op.sumOfEach(shares), 1e-9));
    return gradCamOf(op, find(layer), value);
  },
});

/**
 * Grad-CAM times guided backpropagation: fine lines where Grad-CAM is warm (Selvaraju et al., 2017).
 *
 * @example
 * guidedGradCam({});
 */
export const guidedGradCam = defineExplanation({
  type: "guidedGradCam",
  example: {},
  doc: "Grad-CAM times guided backpropagation: fine lines where Grad-CAM is warm (Selvaraju et al., 2017)",
  caveat:
    "Guided backpropagation draws edges of the picture even where the network knows nothing (Adebayo et al., 2018): believe where it is warm, not what it draws",
  needs: "places",
  params: ofLayer,
  build({ layer }, { op, picture, gradient, layer: find }) {
    const map = gradCamOf(op, find(layer));
    const sized = op.resize(map, [map.shape[0]!, 1, ...picture.shape.slice(2)]);
    return op.mul(sized, op.reduceMax(op.abs(gradient(["guidedRelu"])), [1], true));
  },
});
