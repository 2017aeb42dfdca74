import { defineParameterization, type Assets } from "../define/parameterization.js";
import { fixed, innerParameterization, numbers } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import { size, tensor, type Shape } from "../tensor.js";
import { beginAlone, beginAt } from "../starts/begin.js";
import { fourier } from "./fourier.js";
import { normals } from "../starts/random.js";
import { spatialShape, toPicture, type SpatialDefinition, type SpatialParams } from "./spatial.js";

/**
 * Coarse layers that all pictures of the batch share, added to each one's own, so that they are laid out alike (Mordvintsev
 * et al. 2018).
 *
 * @example
 * shared({ factors: [4, 8] });
 */
export const shared = defineParameterization({
  type: "shared",
  example: { factors: [4, 8] },
  doc: "Coarse layers that all pictures of the batch share, added to each one's own, so that they are laid out alike (Mordvintsev et al. 2018)",
  params: {
    inner: innerParameterization("what each picture has of its own: fourier, pyramid, cppn or maco", fourier({})),
    factors: numbers("how many times smaller than the picture each shared layer is", {
      fallback: [4, 8, 16],
      above: 0,
    }),
    deviation: fixed("standard deviation of the first shared layers", { min: 0, fallback: 0.01 }),
  },
  initial(params, shape, rngs, assets) {
    const { definition, spec } = innerOf(assets, params.inner);
    const layers = layerShapes(shape, params.factors).map((one, i) => [
      `shared${i}`,
      normals(one, [rngs[0]!.split(`shared ${i}`)], params.deviation),
    ]);
    return { ...beginAlone(definition, spec, { shape, rngs, assets }), ...Object.fromEntries(layers) };
  },
  invert(params, pictures, assets) {
    const { definition, spec } = innerOf(assets, params.inner);
    const layers = layerShapes(pictures.shape, params.factors).map((one, i) => [
      `shared${i}`,
      tensor("float32", new Float32Array(size(one)), one),
    ]);
    return { ...beginAt(definition, spec, pictures, { assets }), ...Object.fromEntries(layers) };
  },
  build(params, state, context) {
    const { op, shape } = context;
    const [, channels, height, width] = spatialShape(shape);
    const { definition, spec } = innerOf(context.assets, params.inner);
    const layers = params.factors.map((_, i) => op.resize(state[`shared${i}`]!, [1, channels, height, width]));
    const sum = layers.reduce((x, layer) => op.add(x, layer), definition.pixels(spec, state, context));
    return toPicture(op, spec, sum);
  },
});

/** Throws `bad-argument` for a parameterization without numbers around 0 that layers could be added to. */
function innerOf(names: Pick<Assets, "parameterization">, given: Spec) {
  const { definition, spec } = names.parameterization(given);
  if ("pixels" in definition)
    return { definition: definition as SpatialDefinition, spec: spec as Spec & SpatialParams };
  throw new XstarError("bad-argument", `The parameterization "${spec.type}" has no parts to share`, {
    hint: 'Those of spatial parameterizations, such as "fourier" or "pyramid", can be shared',
  });
}

/** One picture of each factor for the whole batch. */
function layerShapes(shape: Shape, factors: readonly number[]): Shape[] {
  const [, channels, height, width] = spatialShape(shape);
  return factors.map((factor) => [1, channels, Math.ceil(height / factor), Math.ceil(width / factor)]);
}
