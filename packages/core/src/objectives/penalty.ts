import { axesAfterFirst } from "../ir/ops/index.js";
import { stopGradient } from "../autodiff/stop-gradient.js";
import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { asset, fixed, int } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";

/** Penalties are positive: subtract them from an objective. All are of the picture, in picture units. */

const around = fixed("the value that costs nothing", { fallback: 0 });

/**
 * Mean absolute value of the picture.
 *
 * @example
 * l1();
 */
export const l1 = defineObjective({
  type: "l1",
  example: {},
  isPenalty: true,
  doc: "Mean absolute value of the picture",
  params: { around },
  build: (p, { op, picture }) => op.meanOfEach(op.abs(op.sub(picture, p.around))),
});

/**
 * Root of the mean square of the picture.
 *
 * @example
 * l2({ around: 0.5 });
 */
export const l2 = defineObjective({
  type: "l2",
  example: { around: 0.5 },
  isPenalty: true,
  doc: "Root of the mean square of the picture",
  params: { around },
  build: (p, { op, picture }) => rootMeanSquare(op.sub(picture, p.around), { op }),
});

/**
 * Largest absolute value of the picture.
 *
 * @example
 * linf();
 */
export const linf = defineObjective({
  type: "linf",
  example: {},
  isPenalty: true,
  doc: "Largest absolute value of the picture",
  params: { around },
  build(p, { op, picture }) {
    const off = op.abs(op.sub(picture, p.around));
    return op.reduceMax(off, axesAfterFirst(off));
  },
});

/**
 * Lp norm of the picture per pixel: (mean |x|^p)^(1/p) (Simonyan et al., 2014 with p = 2; p = 6 in Mahendran and Vedaldi,
 * 2015).
 *
 * @example
 * lp({ p: 4 });
 */
export const lp = defineObjective({
  type: "lp",
  example: { p: 4 },
  isPenalty: true,
  doc: "Lp norm of the picture per pixel: (mean |x|^p)^(1/p) (Simonyan et al., 2014 with p = 2; p = 6 in Mahendran and Vedaldi, 2015)",
  params: { p: fixed("the power", { fallback: 6, min: 1 }), around },
  build(p, { op, picture }) {
    const powers = op.pow(op.add(op.abs(op.sub(picture, p.around)), 1e-6), p.p);
    return op.pow(op.meanOfEach(powers), 1 / p.p);
  },
});

/**
 * Total variation: the sum of absolute differences of neighbouring pixels (Mahendran and Vedaldi, 2015, with beta = 1).
 *
 * @example
 * tv();
 */
export const tv = defineObjective({
  type: "tv",
  example: {},
  isPenalty: true,
  doc: "Total variation: the sum of absolute differences of neighbouring pixels (Mahendran and Vedaldi, 2015, with beta = 1)",
  params: {},
  build(_, { op, picture }) {
    sizeOf(picture, "tv");
    const along = (axis: number) => {
      const n = picture.shape[axis]!;
      return op.sumOfEach(op.abs(op.sub(op.sliceAxis(picture, axis, 1, n), op.sliceAxis(picture, axis, 0, n - 1))));
    };
    const axes = [2, 3].filter((axis) => picture.shape[axis]! > 1);
    const [first = op.sumOfEach(op.mul(picture, 0)), ...others] = axes.map(along);
    return others.reduce((sum, one) => op.add(sum, one), first);
  },
});

/**
 * Half the sum of squared differences to the picture blurred over 3 x 3 pixels, which counts as given: a step goes towards
 * it (Lucid).
 *
 * @example
 * highFrequency();
 */
export const highFrequency = defineObjective({
  type: "highFrequency",
  example: {},
  isPenalty: true,
  doc: "Half the sum of squared differences to the picture blurred over 3 x 3 pixels, which counts as given: a step goes towards it (Lucid)",
  params: {},
  build(_, context) {
    const { op, picture } = context;
    const sharp = op.sub(picture, stopGradient(op, blurred(context, "highFrequency", 3)));
    return op.mul(op.sumOfEach(op.mul(sharp, sharp)), 0.5);
  },
});

/**
 * What goes on at the picture's edge: the sum there of squared differences to the blurred picture (5 x 5) and 0.8 times
 * those to one grey (Lucid, for activation atlases).
 *
 * @example
 * boundary();
 */
export const boundary = defineObjective({
  type: "boundary",
  example: {},
  isPenalty: true,
  doc: "What goes on at the picture's edge: the sum there of squared differences to the blurred picture (5 x 5) and 0.8 times those to one grey (Lucid, for activation atlases)",
  params: {
    width: int("width of the edge, in pixels", { fallback: 5, min: 1 }),
    grey: fixed("the value that costs nothing", { fallback: 0.5 }),
  },
  build({ width, grey }, context) {
    const { op, picture } = context;
    const sharp = op.sub(picture, blurred(context, "boundary", 5));
    const off = op.sub(picture, grey);
    const cost = op.add(op.mul(sharp, sharp), op.mul(op.mul(off, off), 0.8));
    const inside = picture.shape.slice(2).map((side) => side - 2 * width) as [number, number];
    if (inside.some((side) => side <= 0)) return op.sumOfEach(cost);
    const pads = [0, 0, width, width];
    return op.sumOfEach(op.mul(cost, op.pad(op.fill([1, 1, ...inside], 0), pads, pads, "constant", 1)));
  },
});

/**
 * Root of the mean squared difference to another picture.
 *
 * @example
 * inputDifference({ image: "photo" });
 */
export const inputDifference = defineObjective({
  type: "inputDifference",
  example: { image: "photo" },
  isPenalty: true,
  doc: "Root of the mean squared difference to another picture",
  params: { image: asset("image", "the picture that costs nothing") },
  build: (p, { op, picture, image }) => rootMeanSquare(op.sub(picture, image(p.image)), { op }),
});

/**
 * Mean opacity of a picture that has one, from 0 to 1.
 *
 * @example
 * opacity();
 */
export const opacity = defineObjective({
  type: "opacity",
  example: {},
  isPenalty: true,
  doc: "Mean opacity of a picture that has one, from 0 to 1",
  needs: "opacity",
  params: {},
  build(_, context) {
    if (context.opacity) return context.op.meanOfEach(context.opacity);
    throw new XstarError("bad-argument", "The picture has no opacity to measure", {
      hint: 'The parameterization "alpha" gives it one',
    });
  },
});

const rootMeanSquare = (off: Value, { op }: Pick<ObjectiveContext, "op">) =>
  op.safeSqrt(op.meanOfEach(op.mul(off, off)));

/** Throws `bad-argument` where a picture has no pixels beside each other. */
function sizeOf(picture: Value, type: string): [number, number, number, number] {
  if (picture.rank === 4) return picture.shape as [number, number, number, number];
  const problem = `"${type}" does not fit an input of shape [${picture.shape}]: it has no height and width`;
  throw new XstarError("bad-argument", problem, {
    hint: "Leave it out, or take l1, l2, linf or lp, which fit every input",
  });
}

/** The picture as Lucid blurs it: means over windows whose outermost pixels count half, cut off at the picture's edge. */
function blurred({ op, picture }: ObjectiveContext, type: string, side: number): Value {
  const [batch, channels, height, width] = sizeOf(picture, type);
  const margin = (side - 1) / 2;
  const border = [0, 0, 1, 1];
  const window = op.pad(op.fill([1, 1, side - 2, side - 2], 1), border, border, "constant", 0.5);
  const pads = [margin, margin, margin, margin];
  const planes = op.conv(op.reshape(picture, [batch * channels, 1, height, width]), window, { pads });
  const counts = op.conv(op.fill([1, 1, height, width], 1), window, { pads });
  return op.reshape(op.div(planes, counts), picture.shape);
}
