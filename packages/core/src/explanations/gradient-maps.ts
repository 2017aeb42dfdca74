import { defineExplanation } from "../define/explanation.js";

/**
 * How much the target changes with each pixel: the largest slope of its colours (Simonyan et al., 2013).
 *
 * @example
 * explanations.gradient({});
 */
export const slope = defineExplanation({
  type: "gradient",
  example: {},
  doc: "How much the target changes with each pixel: the largest slope of its colours (Simonyan et al., 2013)",
  params: {},
  build: (_, { op, gradient }) => op.reduceMax(op.abs(gradient()), [1], true),
});

/**
 * The gradient times the pixel itself: what each pixel adds to a linear network's answer (Shrikumar et al., 2016).
 *
 * @example
 * gradientInput({});
 */
export const gradientInput = defineExplanation({
  type: "gradientInput",
  example: {},
  doc: "The gradient times the pixel itself: what each pixel adds to a linear network's answer (Shrikumar et al., 2016)",
  isSigned: true,
  params: {},
  build: (_, { op, picture, gradient }) => op.reduceSum(op.mul(gradient(), picture), [1], true),
});
