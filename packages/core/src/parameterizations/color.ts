import type { Vocabulary } from "../define/vocabulary.js";
import { mapSpecs, specsIn } from "../define/walk.js";
import { asset, choice, numbers, optional } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import type { Assets } from "../define/parameterization.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor, type Tensor } from "../tensor.js";
import { inverse, normalized, type Matrix } from "../math/matrix.js";

export type Color = "auto" | "imagenet" | "i1i2i3" | "none";

export interface ColorParams {
  readonly color: Color;
  readonly colorMatrix: ArrayLike<number> | undefined;
}

/** The parameters of a parameterization whose channels are decorrelated colours. */
export function colorParams<const Default extends Color>(fallback: Default) {
  return {
    color: choice<Color>(
      "axes of the colour variables: the principal ones of ImageNet (Lucid), I1I2I3 (Ohta 1980), none for plain channels, or auto: imagenet for 3 channels, none for others",
      ["auto", "imagenet", "i1i2i3", "none"],
      fallback,
    ),
    colorMatrix: optional(
      numbers("axes of one's own, channels x channels numbers: row i makes channel i of the picture"),
    ),
    colorImages: optional(
      asset("images", "pictures of whose colours the axes are computed instead (on the command line a folder)"),
    ),
  };
}

/** The square root of the covariance of ImageNet's colours, one row for each of red, green and blue, as Lucid has it. */
const imagenet = normalized([0.26, 0.09, 0.02, 0.27, 0, -0.05, 0.27, -0.09, 0.03], 3);

/** Red, green and blue from I1 = (r + g + b) / 3, I2 = (r - b) / 2, I3 = (2g - r - b) / 4. */
const i1i2i3 = normalized([1, 1, -2 / 3, 1, 0, 4 / 3, 1, -1, -2 / 3], 3);

/** A parameterization, and those inside it, with the axes of the pictures that `colorImages` names. Throws `bad-argument`. */
export async function withColorsOf(vocabulary: Vocabulary, given: Spec, assets: Assets): Promise<Spec> {
  const namesPictures = ({ colorImages }: Spec) => typeof colorImages === "string";
  if (![...specsIn(vocabulary, "parameterization", given)].some(({ spec }) => namesPictures(spec))) return given;
  const { colorCorrelation } = await import("./color-axes.js");
  return mapSpecs(vocabulary, "parameterization", given, ({ spec }) =>
    namesPictures(spec)
      ? { ...spec, colorMatrix: colorCorrelation(assets.images(spec["colorImages"] as string)) }
      : spec,
  );
}

/** Variables [batch, channels, height, width] along the colour axes to channels of the picture. */
export function mixColors(op: Ops, params: ColorParams, x: Value): Value {
  const matrix = matrixFor(params, x.shape[1]!);
  return matrix ? multiply(op, matrix, x) : x;
}

/** The inverse of `mixColors`, in the graph. */
export function separateColors(op: Ops, params: ColorParams, x: Value): Value {
  const channels = x.shape[1]!;
  const matrix = matrixFor(params, channels);
  return matrix ? multiply(op, inverse(matrix, channels)!, x) : x;
}

/** The inverse of `mixColors`, on the host. */
export function separateColorsOf(params: ColorParams, pictures: Tensor): Tensor {
  const [batch, channels, ...rest] = pictures.shape as [number, number, ...number[]];
  const matrix = matrixFor(params, channels);
  if (!matrix) return pictures;
  const back = inverse(matrix, channels)!;
  const from = pictures.data as Float32Array;
  const pixels = size(rest);
  const data = new Float32Array(from.length);
  for (let b = 0; b < batch; b++) {
    for (let p = 0; p < pixels; p++) {
      for (let i = 0; i < channels; i++) {
        let sum = 0;
        for (let j = 0; j < channels; j++) sum += back[i * channels + j]! * from[(b * channels + j) * pixels + p]!;
        data[(b * channels + i) * pixels + p] = sum;
      }
    }
  }
  return { ...pictures, data };
}

function multiply(op: Ops, matrix: Matrix, x: Value): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const colors = op.constant(tensor("float32", matrix, [channels, channels]), "colors");
  return op.reshape(op.matMul(colors, op.reshape(x, [batch, channels, height * width])), x.shape);
}

/** Throws `bad-argument` when the axes do not fit the channels. */
function matrixFor({ color, colorMatrix }: ColorParams, channels: number): Matrix | undefined {
  if (colorMatrix) {
    const matrix = Array.from(colorMatrix);
    if (matrix.length === channels ** 2 && inverse(matrix, channels)) return matrix;
    throw new XstarError(
      "bad-argument",
      matrix.length === channels ** 2
        ? `"colorMatrix" has no inverse: some colours of the picture cannot be reached`
        : `"colorMatrix" has ${matrix.length} numbers: a picture of ${channels} channels needs ${channels ** 2}`,
      { hint: "colorCorrelation(images) makes one from pictures" },
    );
  }
  if (color === "none" || (color === "auto" && channels !== 3)) return undefined;
  if (channels === 3) return color === "i1i2i3" ? i1i2i3 : imagenet;
  throw new XstarError(
    "bad-argument",
    `The colour axes "${color}" are for red, green and blue: the picture has ${channels} channels`,
    { hint: 'Leave "color" out, or give a "colorMatrix" from colorCorrelation(images)' },
  );
}
