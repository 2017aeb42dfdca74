import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { asset, innerObjective, number } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import { gramOf } from "./batch.js";
import { compareWhole, weighByCosine } from "./direction.js";
import { axesAfterFirst } from "../ir/ops/index.js";
import { scaleOf } from "./unit-vectors.js";
import { ofUnits, unitsOf, type OfUnits } from "./units.js";

/** Objectives that compare what a layer makes of the picture with what it makes of another one, given by name. */

const ofImage = { ...ofUnits, image: asset("image", "the picture to compare with") };

interface OfImage extends OfUnits {
  readonly image: string;
}

/** A layer for the pictures [batch, ...] and for the image [1 or batch, ...]. */
function both(context: ObjectiveContext, p: OfImage): { x: Value; image: Value; axis: number } {
  const { x, axis } = unitsOf(context, p);
  return { x, axis, image: context.imageLayer(p.image, p.layer, p.model) };
}

/** Squared distance in shares of the squared length of the image's own, [batch]. */
function squaredDistance({ op }: ObjectiveContext, x: Value, image: Value): Value {
  const scale = scaleOf(op, image, axesAfterFirst(image));
  const [apart, own] = [op.div(op.sub(x, image), scale), op.div(image, scale)];
  return op.div(op.sumOfEach(op.mul(apart, apart)), op.add(op.sumOfEach(op.mul(own, own)), 1e-12));
}

/**
 * More of what a layer sees in an image: dot product of the layers times max(0.1, cosine)^power (Lucid, with power 0).
 *
 * @example
 * caricature({ layer: "conv2", image: "photo" });
 */
export const caricature = defineObjective({
  type: "caricature",
  example: { layer: "conv2", image: "photo" },
  doc: "More of what a layer sees in an image: dot product of the layers times max(0.1, cosine)^power (Lucid, with power 0)",
  params: {
    ...ofImage,
    power: number("how much the angle counts: 1 keeps nearer to the image, 0 is the dot product alone, as in Lucid", {
      fallback: 1,
      min: 0,
    }),
  },
  build(p, context) {
    const { x, image, axis } = both(context, p);
    const { dot, cosine } = compareWhole(context, x, image, axis);
    return weighByCosine(context, dot, cosine, p.power);
  },
});

/**
 * Minus the squared distance to the layer of an image, in shares of its squared length (Mahendran and Vedaldi, 2015).
 *
 * @example
 * inversion({ layer: "conv2", image: "photo" });
 */
export const inversion = defineObjective({
  type: "inversion",
  example: { layer: "conv2", image: "photo" },
  doc: "Minus the squared distance to the layer of an image, in shares of its squared length (Mahendran and Vedaldi, 2015)",
  params: ofImage,
  build(p, context) {
    const { x, image } = both(context, p);
    return context.op.neg(squaredDistance(context, x, image));
  },
});

/**
 * Minus the squared distance between Gram matrices of a layer, in shares of the image's squared length (Gatys et al., 2016).
 *
 * @example
 * style({ layer: "conv2", image: "photo" });
 */
export const style = defineObjective({
  type: "style",
  example: { layer: "conv2", image: "photo" },
  doc: "Minus the squared distance between Gram matrices of a layer, in shares of the image's squared length (Gatys et al., 2016)",
  params: ofImage,
  build(p, context) {
    const { x, image, axis } = both(context, p);
    return context.op.neg(squaredDistance(context, gramOf(context, x, axis), gramOf(context, image, axis)));
  },
});

/**
 * A target of a picture that stays like an image: target - weight * distance of the layers, in lengths of the image's own
 * (Hamblin et al., 2024).
 *
 * @example
 * accentuation({ target: { type: "logit", class: 3 }, layer: "conv2", image: "photo" });
 */
export const accentuation = defineObjective({
  type: "accentuation",
  example: { target: { type: "logit", class: 3 }, layer: "conv2", image: "photo" },
  doc: "A target of a picture that stays like an image: target - weight * distance of the layers, in lengths of the image's own (Hamblin et al., 2024)",
  params: {
    target: innerObjective("what to accentuate, such as a logit or a channel"),
    ...ofImage,
    weight: number("how much the distance costs", { fallback: 1, min: 0 }),
  },
  build(p, context) {
    const { op } = context;
    const { x, image } = both(context, p);
    return op.sub(p.target, op.mul(p.weight, op.safeSqrt(squaredDistance(context, x, image))));
  },
});
