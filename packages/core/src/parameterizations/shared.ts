import { defineParameterization, lookUp } from "../define/define.js";
import { fixed, inner, numbers, parseFields, type Fields, type Spec } from "../define/fields.js";
import { size, tensor, type Shape } from "../tensor.js";
import { beginAlone, beginAt } from "../starts/begin.js";
import { cppn } from "./cppn.js";
import { fourier } from "./fourier.js";
import { maco } from "./maco.js";
import { pyramid } from "./pyramid.js";
import { normals } from "../starts/random.js";
import { enlarge } from "./resize.js";
import { spatialShape, toPicture, type SpatialDefinition, type SpatialParams } from "./spatial.js";

/** What shared layers can be added to. */
const spatials: Readonly<Record<string, SpatialDefinition<any>>> = { fourier, pyramid, cppn, maco };

export const shared = defineParameterization({
  type: "shared",
  doc: "Coarse layers that all pictures of the batch share, added to each one's own, so that they are laid out alike (Mordvintsev et al. 2018)",
  params: {
    inner: inner("what each picture has of its own: fourier, pyramid, cppn or maco", fourier({})),
    factors: numbers("how many times smaller than the picture each shared layer is", {
      fallback: [4, 8, 16],
      above: 0,
    }),
    deviation: fixed("standard deviation of the first shared layers", { min: 0, fallback: 0.01 }),
  },
  initial(params, shape, rngs, assets) {
    const { definition, spec } = innerOf(params);
    const layers = layerShapes(shape, params.factors).map((one, i) => [
      `shared${i}`,
      normals(one, [rngs[0]!.split(`shared ${i}`)], params.deviation),
    ]);
    return { ...beginAlone(definition, spec, { shape, rngs, assets }), ...Object.fromEntries(layers) };
  },
  invert(params, pictures, assets) {
    const { definition, spec } = innerOf(params);
    const layers = layerShapes(pictures.shape, params.factors).map((one, i) => [
      `shared${i}`,
      tensor("float32", new Float32Array(size(one)), one),
    ]);
    return { ...beginAt(definition, spec, pictures, { assets }), ...Object.fromEntries(layers) };
  },
  build(params, state, context) {
    const { op, shape } = context;
    const [, , height, width] = spatialShape(shape);
    const { definition, spec } = innerOf(params);
    const layers = params.factors.map((_, i) => enlarge(op, state[`shared${i}`]!, height, width));
    const sum = layers.reduce((x, layer) => op.add(x, layer), definition.pixels(spec, state, context));
    return toPicture(op, spec, sum);
  },
});

function innerOf({ inner: given }: { inner: Spec }) {
  const definition = lookUp(spatials, given, "parameterization with parts to share");
  const { type, ...rest } = given;
  return { definition, spec: parseFields(type, definition.params as Fields, rest) as Spec & SpatialParams };
}

/** One picture of each factor for the whole batch. */
function layerShapes(shape: Shape, factors: readonly number[]): Shape[] {
  const [, channels, height, width] = spatialShape(shape);
  return factors.map((factor) => [1, channels, Math.ceil(height / factor), Math.ceil(width / factor)]);
}
