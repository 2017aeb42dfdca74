import { defineExplanation, type VariantContext } from "../define/explanation.js";
import { asset, fixed, int } from "../define/fields.js";
import type { Values } from "../define/definition.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor, type Shape } from "../tensor.js";
import { baselineFields, baselineOf, drawBaseline, fitted } from "./baseline.js";

/** Methods that join the gradients of many variants of a picture. */

const noisy = {
  samples: int("noisy copies", { fallback: 32, min: 2 }),
  deviation: fixed("standard deviation of the noise, where white is 1", { fallback: 0.15, min: 0 }),
};

const drawNoise = (deviation: number, shape: Shape, normals: (count: number) => Float32Array) => ({
  noise: tensor(
    "float32",
    normals(size(shape)).map((x) => x * deviation),
    shape,
  ),
});

const addNoise = ({ op, picture, drawn }: { op: Ops; picture: VariantContext["picture"]; drawn: Values }) =>
  op.add(picture, drawn["noise"]!);

/**
 * The mean gradient of noisy copies: what stays when the noise of the gradient averages out (Smilkov et al., 2017).
 *
 * @example
 * smoothGrad({ samples: 32 });
 */
export const smoothGrad = defineExplanation({
  type: "smoothGrad",
  example: { samples: 32 },
  doc: "The mean gradient of noisy copies: what stays when the noise of the gradient averages out (Smilkov et al., 2017)",
  params: noisy,
  count: ({ samples }) => samples,
  draw: ({ deviation }, { shape, rng }) => drawNoise(deviation, shape, (n) => rng.normals(n)),
  see: (_, of) => addNoise(of),
  read: (_, { gradient }) => ({ slope: gradient() }),
  finish: (_, { op, sums, count }) => ({
    map: op.reduceMax(op.abs(op.div(sums["slope"]!, count)), [1], true),
  }),
});

/**
 * The variance of the gradient over noisy copies: where the network's answer is touchy (Adebayo et al., 2018).
 *
 * @example
 * varGrad({ samples: 32 });
 */
export const varGrad = defineExplanation({
  type: "varGrad",
  example: { samples: 32 },
  doc: "The variance of the gradient over noisy copies: where the network's answer is touchy (Adebayo et al., 2018)",
  params: noisy,
  count: ({ samples }) => samples,
  draw: ({ deviation }, { shape, rng }) => drawNoise(deviation, shape, (n) => rng.normals(n)),
  see: (_, of) => addNoise(of),
  read(_, { op, gradient }) {
    const slope = gradient();
    return { slope, squared: op.mul(slope, slope) };
  },
  finish(_, { op, sums, count }) {
    const mean = op.div(sums["slope"]!, count);
    const variance = op.sub(op.div(sums["squared"]!, count), op.mul(mean, mean));
    return { map: op.reduceSum(op.relu(variance), [1], true) };
  },
});

const one = (x: number) => tensor("float32", [x], [1, 1, 1]);

/**
 * The gradient along the way from a picture that says nothing to this one: its sum is the target's rise (Sundararajan et al., 2017).
 *
 * @example
 * integratedGradients({ steps: 64, baseline: "blurred" });
 */
export const integratedGradients = defineExplanation({
  type: "integratedGradients",
  example: { steps: 64, baseline: "blurred" },
  doc: "The gradient along the way from a picture that says nothing to this one: its sum is the target's rise (Sundararajan et al., 2017)",
  isSigned: true,
  params: { ...baselineFields, steps: int("steps on the way", { fallback: 64, min: 1 }) },
  // the first variant is the baseline itself
  count: ({ steps }) => steps + 1,
  draw: (p, { shape, index, count, assets }) => ({
    share: one(index === 0 ? 0 : (index - 0.5) / (count - 1)),
    isFirst: tensor("float32", [Number(index === 0)]),
    weight: one(index === 0 ? 0 : 1 / (count - 1)),
    ...drawBaseline(p, shape, assets),
  }),
  see(p, { op, picture, drawn }) {
    const from = baselineOf(op, p, picture, drawn["baseline"]);
    return op.add(from, op.mul(op.sub(picture, from), drawn["share"]!));
  },
  read(p, { op, picture, drawn, value, gradient }) {
    const from = baselineOf(op, p, picture, drawn["baseline"]);
    return {
      parts: op.mul(op.mul(gradient(), drawn["weight"]!), op.sub(picture, from)),
      first: op.mul(value, drawn["isFirst"]!),
    };
  },
  finish(_, { op, sums, value }) {
    const map = op.reduceSum(sums["parts"]!, [1], true);
    const rise = op.sub(value, sums["first"]!);
    const gap = op.abs(op.sub(op.sumOfEach(map), rise));
    return { map, rise, completenessGap: op.div(gap, op.max(op.abs(rise), 1e-12)) };
  },
});

/**
 * Integrated gradients from many real pictures instead of one baseline (Erion et al., 2021).
 *
 * @example
 * expectedGradients({ images: "photos" });
 */
export const expectedGradients = defineExplanation({
  type: "expectedGradients",
  example: { images: "photos" },
  doc: "Integrated gradients from many real pictures instead of one baseline (Erion et al., 2021)",
  isSigned: true,
  params: {
    images: asset("images", "pictures to start from"),
    samples: int("random points on the ways", { fallback: 64, min: 2 }),
  },
  count: ({ samples }) => samples,
  draw({ images }, { shape, index, count, rng, assets }) {
    const all = assets.images(images);
    const [, height, width] = shape as [number, number, number];
    const chosen = assets.image(images, height, width, rng.int(all.length));
    // one point in each part of the way
    return { baseline: fitted(chosen, shape), share: one((index + rng.uniform()) / count) };
  },
  see: (_, { op, picture, drawn }) =>
    op.add(drawn["baseline"]!, op.mul(op.sub(picture, drawn["baseline"]!), drawn["share"]!)),
  read: (_, { op, picture, drawn, gradient }) => ({
    parts: op.mul(gradient(), op.sub(picture, drawn["baseline"]!)),
  }),
  finish: (_, { op, sums, count }) => ({ map: op.reduceSum(op.div(sums["parts"]!, count), [1], true) }),
});
