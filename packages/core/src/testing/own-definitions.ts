import {
  adam,
  defineAffine,
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
  size,
  tensor,
  type AnyDefinition,
} from "../index.js";

/** The examples of `defineObjective` and the like, as their docstrings have them. */

export const contrast = defineObjective({
  type: "contrast",
  doc: "One channel of a layer more than another",
  params: { layer: fields.layer("the layer"), more: fields.index("this channel"), less: fields.index("not this one") },
  build: ({ layer, more, less }, { op, unit }) =>
    op.sub(op.meanOfEach(unit(layer, more)), op.meanOfEach(unit(layer, less))),
});

export const mirrored = defineParameterization({
  type: "mirrored",
  doc: "Pixels whose right half is the mirror image of the left",
  params: {},
  invert: (_, pictures) => ({ pixels: pictures }),
  build: (_, { pixels }, { op }) => op.mul(op.add(pixels!, op.flip(pixels!, [3])), 0.5),
});

export const shear = defineAffine({
  type: "shear",
  doc: "Slants the picture by a random share of its height",
  params: { largest: fields.fixed("largest share", { fallback: 0.1 }) },
  sample: ({ largest }, _, rng) => [1, (2 * rng.uniform() - 1) * largest, 0, 0, 1, 0],
});

export const darken = defineTransform({
  type: "darken",
  doc: "Multiplies every picture by a random factor",
  params: { least: fields.fixed("least factor", { fallback: 0.5 }) },
  sample: ({ least }, _, rng) => ({ factor: tensor("float32", rng.uniforms(1, least, 1), [1, 1, 1]) }),
  build: (_, picture, { factor }, op) => op.mul(picture, factor!),
});

export const cautious = defineOptimizer({
  type: "cautious",
  doc: "The gradient, but no element of the change is larger than a limit",
  params: {
    learningRate: fields.number("step size", { fallback: 1 }),
    limit: fields.number("largest change", { fallback: 0.1 }),
  },
  update: ({ learningRate, limit }, { op, gradient }) => ({
    change: op.max(op.min(op.mul(gradient, learningRate), limit), op.neg(limit)),
    slots: {},
  }),
});

export const halfway = defineSchedule({
  type: "halfway",
  doc: "The learning rate, and half of it in the second half of the run",
  params: {},
  build: (_, { op, step, steps }) => op.where(op.less(step, op.mul(steps, 0.5)), op.scalar(1), op.scalar(0.5)),
});

export const ramp = defineStart({
  type: "ramp",
  doc: "From black on the left to white on the right",
  params: {},
  fill: (_, shape) => Float32Array.from({ length: size(shape) }, (_, i) => (i % shape.at(-1)!) / (shape.at(-1)! - 1)),
});

export const patient = defineRecipe({
  type: "patient",
  doc: "Small steps, many of them",
  params: {},
  options: () => ({ steps: 1024, parameterization: "fourier", optimizer: adam({ learningRate: 0.01 }) }),
});

export const swirl = defineRule({
  type: "com.acme::Swirl",
  doc: "x to x * |x|",
  vjp: (g, { op, inputs: [x] }) => [op.mul(g, op.mul(op.abs(x!), 2))],
});

export const blind = defineOverride({
  type: "blindSigmoid",
  doc: "everything goes through Sigmoid, as if it were the identity",
  rules: { Sigmoid: (g) => [g] },
});

/** All of them. */
export const own: readonly AnyDefinition[] = [
  contrast,
  mirrored,
  shear,
  darken,
  cautious,
  halfway,
  ramp,
  patient,
  swirl,
  blind,
];
