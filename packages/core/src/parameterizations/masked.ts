import { defineParameterization, type Assets } from "../define/parameterization.js";
import type { Size } from "../define/transform.js";
import { asset, innerParameterization } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { size, tensor, type Tensor } from "../tensor.js";
import { fourier } from "./fourier.js";
import { innerOf } from "./inner.js";
import { spatialShape } from "./spatial.js";

/**
 * A given picture of which only what a mask shows can change (in-painting).
 *
 * @example
 * masked({ image: "photo", mask: "hole" });
 */
export const masked = defineParameterization({
  type: "masked",
  example: { image: "photo", mask: "hole" },
  doc: "A given picture of which only what a mask shows can change (in-painting)",
  params: {
    image: asset("image", "the picture that stays"),
    mask: asset("image", "where the picture changes: 1 (white) wholly, 0 (black) not at all"),
    inner: innerParameterization("what is shown there", fourier({})),
  },
  isOutermost: true,
  restarts: (params, assets) => innerOf(assets, params.inner).restarts,
  initial: (params, shape, rngs, assets) => innerOf(assets, params.inner).initial(shape, rngs, assets),
  invert: (params, pictures, assets) => innerOf(assets, params.inner).invert(pictures, assets),
  build(params, state, context) {
    const { op, shape, assets } = context;
    const [, channels, height, width] = spatialShape(shape);
    const held = assets.image(params.image, height, width);
    if (held.shape[0] !== channels && held.shape[0] !== 1) {
      throw new XstarError(
        "bad-argument",
        `"${params.image}" has ${held.shape[0]} channels, but the model's picture has ${channels}`,
      );
    }
    const image = op.constant(held, "image");
    checkMask(params, { height, width }, assets);
    const mask = op.constant(maskOf(params.mask, height, width, assets), "mask");
    const shown = innerOf(assets, params.inner).build(state, context);
    return op.add(op.mul(op.sub(shown, image), mask), image);
  },
  project: (params, state, context) => innerOf(context.assets, params.inner).project(state, context),
});

/** Throws `bad-argument` for a mask that would be stretched other than the picture that it is for. */
function checkMask({ image, mask }: { image: string; mask: string }, picture: Size, assets: Assets): void {
  const [own, held] = [assets.imageSize(mask), assets.imageSize(image)];
  if (areAlike(own, held) || areAlike(own, picture)) return;
  throw new XstarError(
    "bad-argument",
    `The mask "${mask}" of ${own.height} x ${own.width} pixels has other proportions than "${image}" of ${held.height} x ${held.width}`,
    { hint: `Give a mask in the proportions of the image, or of the picture of ${picture.height} x ${picture.width}` },
  );
}

/** Of the same proportions, but for a pixel of rounding. */
function areAlike(a: Size, b: Size): boolean {
  const [long, other] = a.height * a.width > b.height * b.width ? [a, b] : [b, a];
  const scale = long.height / other.height;
  return Math.abs(long.width - other.width * scale) <= Math.max(1, scale);
}

/** [1, height, width]: the mean of the channels of a picture, within 0 and 1. */
function maskOf(name: string, height: number, width: number, assets: Assets): Tensor {
  const { data, shape } = assets.image(name, height, width);
  const [channels] = shape as [number];
  const plane = height * width;
  const mask = new Float32Array(plane);
  for (let i = 0; i < size(shape); i++) mask[i % plane]! += Number(data[i]!) / channels;
  return tensor(
    "float32",
    mask.map((x) => Math.min(Math.max(x, 0), 1)),
    [1, height, width],
  );
}
