/**
 * One part of every kind of your own, in plain JavaScript:
 *
 *   xstar maximize model.onnx contrast:layer=conv2,more=7,less=8 --use ./parts.js --recipe bold
 *
 * docs/own-parts.md explains them one by one.
 */
import {
  defineObjective,
  defineOptimizer,
  defineOverride,
  defineParameterization,
  defineRecipe,
  defineRule,
  defineSchedule,
  defineStart,
  defineTransform,
  fields,
  jitter,
  size,
  tensor,
} from "xstar";

/** What is made large: one number for each picture. The gradient follows from it. */
export const contrast = defineObjective({
  type: "contrast",
  doc: "One channel of a layer more than another",
  params: { layer: fields.layer("the layer"), more: fields.index("this channel"), less: fields.index("not this one") },
  build: ({ layer, more, less }, { op, unit }) =>
    op.sub(op.meanOfEach(unit(layer, more)), op.meanOfEach(unit(layer, less))),
});

/** What the picture is made of: variables, the picture that they stand for, and where they may be. */
export const symmetric = defineParameterization({
  type: "symmetric",
  doc: "Pixels from 0 to 1 whose right half is the mirror image of the left",
  params: {},
  range: () => [0, 1],
  invert: (_, pictures) => ({ pixels: pictures }),
  build: (_, { pixels }, { op }) => op.mul(op.add(pixels, op.flip(pixels, [3])), 0.5),
  project: (_, { pixels }, { op }) => ({ pixels: op.clip(pixels, 0, 1) }),
});

/** What happens to the picture before the network sees it: numbers drawn here, used in the graph. */
export const cutout = defineTransform({
  type: "cutout",
  doc: "Greys out a random square, so that no single place decides (DeVries and Taylor, 2017)",
  params: { share: fields.fixed("side of the square, as a share of the picture's", { fallback: 0.3, min: 0, max: 1 }) },
  sample({ share }, [, height, width], rng) {
    const [high, wide] = [Math.round(share * height), Math.round(share * width)];
    const [top, left] = [rng.int(height - high + 1), rng.int(width - wide + 1)];
    const keep = new Float32Array(height * width).fill(1);
    for (let y = top; y < top + high; y++) keep.fill(0, y * width + left, y * width + left + wide);
    return { keep: tensor("float32", keep, [1, height, width]) };
  },
  build: (_, picture, { keep }, op) => op.add(op.mul(op.sub(picture, 0.5), keep), 0.5),
});

/** From the gradient to the change of a variable, uphill; `slots` is what it remembers. */
export const lion = defineOptimizer({
  type: "lion",
  doc: "The sign of a mean of gradients (Chen et al., 2023)",
  params: {
    learningRate: fields.number("size of every change", { fallback: 0.01 }),
    fast: fields.number("share of the mean in a step", { fallback: 0.9 }),
    slow: fields.number("share of the mean that stays", { fallback: 0.99 }),
  },
  slots: () => ["mean"],
  update({ learningRate, fast, slow }, { op, gradient, slots: { mean } }) {
    const mix = (share) => op.add(op.mul(mean, share), op.mul(gradient, op.sub(1, share)));
    return { change: op.mul(op.sign(mix(fast)), learningRate), slots: { mean: mix(slow) } };
  },
});

/** How the learning rate changes: what it is multiplied with in a step. */
export const restarts = defineSchedule({
  type: "restarts",
  doc: "Along half a cosine to 0, again and again (Loshchilov and Hutter, 2017)",
  params: { count: fields.int("how often", { fallback: 4, min: 1 }) },
  build({ count }, { op, step, steps }) {
    const place = op.mul(op.div(op.sub(step, 1), steps), count);
    return op.mul(op.add(op.cos(op.mul(op.sub(place, op.floor(place)), Math.PI)), 1), 0.5);
  },
});

/** How the first picture is filled: [channels, height, width], 0 black and 1 white. */
export const stripes = defineStart({
  type: "stripes",
  doc: "Grey stripes from the left to the right",
  params: { period: fields.fixed("pixels from one to the next", { fallback: 8, min: 2 }) },
  fill({ period }, shape) {
    const [, , width = 1] = shape;
    const gray = (i) => 0.5 + 0.1 * Math.sin((2 * Math.PI * (i % width)) / period);
    return Float32Array.from({ length: size(shape) }, (_, i) => gray(i));
  },
});

/** Settings that go together, of parts of any origin. */
export const bold = defineRecipe({
  type: "bold",
  doc: "A symmetric picture in large strokes",
  params: { steps: fields.int("steps to take", { fallback: 128, min: 0 }) },
  options: ({ steps }) => ({
    steps,
    start: stripes({}),
    parameterization: symmetric({}),
    transforms: [jitter({ pixels: 2 }), cutout({})],
    optimizer: lion({}),
    schedule: restarts({}),
  }),
});

/** Rules in the place of true gradients, used where a run names them: `--override leakyRelu`. */
export const leakyRelu = defineOverride({
  type: "leakyRelu",
  doc: "a tenth of the gradient goes through units that are off",
  rules: { Relu: (g, { op, inputs: [x] }) => [op.where(op.greater(x, 0), g, op.mul(g, 0.1))] },
});

/** The gradient of an operator that has none, or another than ours: always used. */
export const straightThrough = defineRule({
  type: "Round",
  doc: "Rounding lets gradients through, as quantized networks are trained",
  vjp: (g) => [g],
});
