import { axesAfterFirst, type Ops } from "../ir/ops/index.js";
import type { Assets } from "../define/parameterization.js";
import { asset, numbers, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Shape, Tensor } from "../tensor.js";
import { halfWidth } from "../math/dft.js";
import { inverseDft } from "./inverse-dft.js";
import { givenMagnitudes, magnitudeSpectrum, powerLaw } from "./natural-spectrum.js";
import { normals } from "../starts/random.js";
import { defineSpatial, spatialShape, type SpatialParams } from "./spatial.js";

/** Keeps a picture of one value finite. */
const epsilon = 1e-5;

/**
 * MaCo: only the phases of the spectrum; its magnitudes are those of natural pictures (Fel et al. 2023).
 *
 * @example
 * maco();
 */
export const maco = defineSpatial({
  type: "maco",
  example: {},
  doc: "MaCo: only the phases of the spectrum; its magnitudes are those of natural pictures (Fel et al. 2023)",
  params: {
    magnitudes: optional(
      numbers(
        "channels x height x (width / 2 + 1) magnitudes from one's own pictures; those of ImageNet's photographs, as a power law, when left out",
      ),
    ),
    images: optional(
      asset("images", "pictures whose mean magnitudes are taken instead (on the command line one, or a folder)"),
    ),
  },
  initial: (_, shape, rngs) => ({ phase: normals(phaseShape(shape), rngs) }),
  pixels(params, { phase }, { op, shape, assets }) {
    const [, , , width] = spatialShape(shape);
    const magnitudes = op.constant(magnitudesOf(params, shape, assets), "magnitudes");
    const angle = standardized(op, phase!);
    const parts = [op.cos(angle), op.sin(angle)].map((part) => op.unsqueeze(op.mul(part, magnitudes), [2]));
    return standardized(op, inverseDft(op, op.concat(parts, 2), width));
  },
});

function phaseShape(shape: Shape): Shape {
  const [batch, channels, height, width] = spatialShape(shape);
  return [batch, channels, height, halfWidth(width)];
}

interface MacoParams extends SpatialParams {
  readonly magnitudes: ArrayLike<number> | undefined;
  readonly images: string | undefined;
}

/** [channels, height, halfWidth(width)] */
function magnitudesOf(params: MacoParams, shape: Shape, assets: Assets): Tensor {
  const [, channels, height, width] = spatialShape(shape);
  const [, ...own] = phaseShape(shape);
  if (params.magnitudes) return givenMagnitudes(params.magnitudes, own);
  if (params.images === undefined) return powerLaw([channels, height, width]);
  const images = assets.images(params.images);
  const odd = images.find((image) => image.shape[0] !== channels);
  if (odd) {
    throw new XstarError(
      "bad-argument",
      `"${params.images}" has ${odd.shape[0]} channels, but the model's picture has ${channels}`,
      { hint: "Its magnitudes are taken channel by channel: give a picture of as many" },
    );
  }
  return givenMagnitudes(magnitudeSpectrum(images, [height, width], params), own);
}

/** Every picture with mean 0 and standard deviation 1. */
function standardized(op: Ops, x: Value): Value {
  const axes = axesAfterFirst(x);
  const centred = op.sub(x, op.reduceMean(x, axes, true));
  const variance = op.reduceMean(op.mul(centred, centred), axes, true);
  return op.div(centred, op.add(op.sqrt(variance), epsilon));
}
