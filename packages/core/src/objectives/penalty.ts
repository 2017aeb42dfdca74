import { defineObjective, type ObjectiveContext } from "../define/define.js";
import { fixed } from "../define/fields.js";
import type { Value } from "../ir/graph.js";

/** Penalties are positive: subtract them from an objective. All are of the picture, in picture units. */

const sumOfEach = ({ op }: ObjectiveContext, x: Value) =>
  op.reduceSum(
    x,
    x.shape.slice(1).map((_, i) => i + 1),
  );
const meanOfEach = ({ op }: ObjectiveContext, x: Value) =>
  op.reduceMean(
    x,
    x.shape.slice(1).map((_, i) => i + 1),
  );

const around = fixed("the value that costs nothing", { fallback: 0 });

export const l1 = defineObjective({
  type: "l1",
  doc: "Mean absolute value of the picture",
  params: { around },
  build: (p, context) => meanOfEach(context, context.op.abs(context.op.sub(context.picture, p.around))),
});

export const l2 = defineObjective({
  type: "l2",
  doc: "Root of the mean square of the picture",
  params: { around },
  build(p, context) {
    const { op, picture } = context;
    const off = op.sub(picture, p.around);
    return op.sqrt(op.add(meanOfEach(context, op.mul(off, off)), 1e-12));
  },
});

export const lp = defineObjective({
  type: "lp",
  doc: "Lp norm of the picture per pixel: (mean |x|^p)^(1/p) (Simonyan et al., 2014 with p = 2; p = 6 in Mahendran and Vedaldi, 2015)",
  params: { p: fixed("the power", { fallback: 6, min: 1 }), around },
  build(p, context) {
    const { op, picture } = context;
    const powers = op.pow(op.add(op.abs(op.sub(picture, p.around)), 1e-6), p.p);
    return op.pow(meanOfEach(context, powers), 1 / p.p);
  },
});

export const totalVariation = defineObjective({
  type: "tv",
  doc: "Total variation: the sum of absolute differences of neighbouring pixels (Mahendran and Vedaldi, 2015, with beta = 1)",
  params: {},
  build(_, context) {
    const { op, picture } = context;
    const along = (axis: number) => {
      const n = picture.shape[axis]!;
      return sumOfEach(
        context,
        op.abs(op.sub(op.sliceAxis(picture, axis, 1, n), op.sliceAxis(picture, axis, 0, n - 1))),
      );
    };
    return op.add(along(2), along(3));
  },
});
