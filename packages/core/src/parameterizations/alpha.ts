import { defineParameterization, type ParameterizationContext } from "../define/parameterization.js";
import { innerParameterization } from "../define/fields.js";
import { type Shape, type Tensor, size, tensor } from "../tensor.js";
import { fourier } from "./fourier.js";
import { innerOf } from "./inner.js";
import { spatialShape } from "./spatial.js";

const prefix = "opacity.";

/**
 * Colours and an opacity from 0 to 1, laid on another random background at every step (Mordvintsev et al. 2018).
 *
 * @example
 * alpha();
 */
export const alpha = defineParameterization({
  type: "alpha",
  example: {},
  doc: "Colours and an opacity from 0 to 1, laid on another random background at every step (Mordvintsev et al. 2018)",
  params: {
    inner: innerParameterization("the colours", fourier({})),
    opacity: innerParameterization("the opacity, a picture of one channel", fourier({ color: "none" })),
  },
  isOutermost: true,
  restarts: (params, assets) =>
    Math.max(innerOf(assets, params.inner).restarts, innerOf(assets, params.opacity, prefix).restarts),
  initial: (params, shape, rngs, assets) => ({
    ...innerOf(assets, params.inner).initial(shape, rngs, assets),
    ...innerOf(assets, params.opacity, prefix).initial(
      opacityShape(shape),
      rngs.map((rng) => rng.split("opacity")),
      assets,
    ),
  }),
  isTransparent: true,
  invert: (params, pictures, assets, opacity = half(opacityShape(pictures.shape))) => ({
    ...innerOf(assets, params.inner).invert(pictures, assets),
    ...innerOf(assets, params.opacity, prefix).invert(opacity, assets),
  }),
  build(params, state, context) {
    const { op } = context;
    const opacity = innerOf(context.assets, params.opacity, prefix).build(state, forOpacity(context));
    return op.concat([innerOf(context.assets, params.inner).build(state, context), op.clip(opacity, 0, 1)], 1);
  },
  project: (params, state, context) => ({
    ...innerOf(context.assets, params.inner).project(state, context),
    ...innerOf(context.assets, params.opacity, prefix).project(state, forOpacity(context)),
  }),
});

function opacityShape(shape: Shape): Shape {
  const [batch, , height, width] = spatialShape(shape);
  return [batch, 1, height, width];
}

const forOpacity = (context: ParameterizationContext) => ({ ...context, shape: opacityShape(context.shape) });

/** Half opaque, so that it can become either. */
const half = (shape: Shape): Tensor => tensor("float32", new Float32Array(size(shape)).fill(0.5), shape);
