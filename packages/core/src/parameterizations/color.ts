import type { Vocabulary } from "../define/vocabulary.js";
import { mapSpecs } from "../define/walk.js";
import { asset, choice, numbers, optional } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import type { Assets } from "../define/parameterization.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor, type Tensor } from "../tensor.js";
import { eigen, inverse, type Matrix } from "../math/matrix.js";

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

/** The longest column becomes 1 long. */
function normalized(matrix: Matrix, n: number): Matrix {
  const lengths = Array.from({ length: n }, (_, j) =>
    Math.hypot(...Array.from({ length: n }, (_, i) => matrix[i * n + j]!)),
  );
  return matrix.map((x) => x / Math.max(...lengths));
}

/**
 * The colour axes of one's own pictures, for `colorMatrix`: the square root of the covariance of their channels
 * (Karhunen-Loève), scaled so that the strongest axis is 1 long.
 *
 * @param images pictures [channels, height, width], all of as many channels
 * @returns channels x channels numbers: row i makes channel i
 * @throws `bad-argument` for no pictures, or pictures of different channels
 *
 * @example
 * const parameterization = fourier({ colorMatrix: colorCorrelation([photo]) });
 */
export function colorCorrelation(images: readonly Tensor[]): number[] {
  const channels = channelsOf(images);
  const mean = Array.from({ length: channels }, () => 0);
  const products = Array.from({ length: channels * channels }, () => 0);
  let count = 0;
  for (const { data, shape } of images) {
    const pixels = size(shape) / channels;
    count += pixels;
    const at = (c: number, p: number) => Number(data[c * pixels + p]!);
    for (let p = 0; p < pixels; p++) {
      for (let i = 0; i < channels; i++) {
        mean[i]! += at(i, p);
        for (let j = 0; j <= i; j++) products[i * channels + j]! += at(i, p) * at(j, p);
      }
    }
  }
  const covariance = products.map((_, k) => {
    const [i, j] = [Math.floor(k / channels), k % channels];
    const product = products[Math.max(i, j) * channels + Math.min(i, j)]!;
    return product / count - (mean[i]! * mean[j]!) / count ** 2;
  });
  const { values, vectors } = eigen(covariance, channels);
  // an axis along which the pictures never vary stays reachable
  const floor = Math.max(values[0]! * 1e-6, Number.MIN_VALUE);
  const root = covariance.map((_, k) => {
    const [i, j] = [Math.floor(k / channels), k % channels];
    return vectors[j]![i]! * Math.sqrt(Math.max(values[j]!, floor));
  });
  return [...normalized(root, channels)];
}

/** A parameterization, and those inside it, with the axes of the pictures that `colorImages` names. Throws `bad-argument`. */
export function withColorsOf(vocabulary: Vocabulary, given: Spec, assets: Assets): Spec {
  return mapSpecs(vocabulary, "parameterization", given, ({ spec }) => {
    const { colorImages } = spec;
    if (typeof colorImages !== "string") return spec;
    return { ...spec, colorMatrix: colorCorrelation(assets.images(colorImages)) };
  });
}

/** How many channels pictures [channels, height, width] have. Throws `bad-argument` for none, or different ones. */
export function channelsOf(images: readonly Tensor[]): number {
  const [first] = images;
  const odd = images.find(({ shape }) => shape.length !== 3 || shape[0] !== first?.shape[0]);
  if (first && !odd) return first.shape[0]!;
  throw new XstarError(
    "bad-argument",
    odd ? `A picture of shape [${odd.shape}] is among those of shape [${first!.shape}]` : "No pictures were given",
    { hint: "Give pictures [channels, height, width] of the same channels" },
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
