import { check, type Shape, size, XstarError } from "@xstar/core";
import { luminanceWeights } from "./luminance.js";

/** Numbers of a picture before they have colours: shape [height, width] or [channels, height, width], row-major. */
export interface Planes {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

export interface PlanesSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The size of `planes`. Throws `bad-data` when the shape is not one of a picture or a number is NaN or infinite. */
export function checkPlanes(x: Planes): PlanesSize {
  check(Array.isArray(x?.shape) && x.data !== undefined, "picture", "numbers with a shape", x);
  const { shape, data } = x;
  const [height, width] = shape.slice(-2);
  const channels = shape.length === 3 ? shape[0] : 1;
  if (!height || !width || !channels || shape.length > 3) {
    throw new XstarError(
      "bad-data",
      `A picture needs the shape [height, width] or [channels, height, width], not [${shape}]`,
    );
  }
  if (data.length !== size(shape)) {
    throw new XstarError("bad-data", `A picture of shape [${shape}] holds ${size(shape)} numbers, not ${data.length}`);
  }
  for (let at = 0; at < data.length; at++) {
    if (!Number.isFinite(data[at])) {
      const row = Math.floor(at / width) % height;
      throw new XstarError("bad-data", `The picture has a ${data[at]} at row ${row}, column ${at % width}`, {
        hint: "A smaller learning rate often keeps a run from diverging",
      });
    }
  }
  return { channels, height, width };
}

/**
 * What changed between two pictures of the same shape, as one plane [height, width]: `x - start`, and for three or
 * more channels the change of the luminance (Rec. 709 weights) of the first three.
 */
export function changeOf(x: Planes, start: Planes): Planes {
  const { channels, height, width } = checkPlanes(x);
  checkPlanes(start);
  if (x.data.length !== start.data.length) {
    throw new XstarError("bad-data", `A picture of shape [${x.shape}] cannot be compared with one of [${start.shape}]`);
  }
  const weights = channels >= 3 ? luminanceWeights : [1];
  const pixels = height * width;
  const data = new Float32Array(pixels);
  for (const [channel, weight] of weights.entries()) {
    for (let at = 0; at < pixels; at++) {
      const from = channel * pixels + at;
      data[at]! += weight * (x.data[from]! - start.data[from]!);
    }
  }
  return { shape: [height, width], data };
}
