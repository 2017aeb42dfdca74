import type { Assets } from "../define/parameterization.js";
import { optional, asset, choice } from "../define/fields.js";
import type { Tensors } from "../define/definition.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, tensor, type Shape } from "../tensor.js";

/** What stands for a picture that says nothing. */
export const baselineFields = {
  baseline: choice(
    "what says nothing: a grey level, or the picture itself blurred",
    ["black", "grey", "white", "blurred"],
    "black",
  ),
  image: optional(asset("image", "a picture in the place of the baseline")),
};

interface Baseline {
  readonly baseline: string;
  readonly image?: string | undefined;
}

const levels: Readonly<Record<string, number>> = { black: 0, grey: 0.5, white: 1 };

/** What of a baseline is drawn for every variant: the picture, where it is one. */
export function drawBaseline({ image }: Baseline, shape: Shape, assets: Assets): Tensors {
  return image === undefined ? {} : { baseline: fitted(assets.image(image, shape[1]!, shape[2]!), shape) };
}

/** The baseline of a picture, of its shape or broadcast to it. */
export function baselineOf(op: Ops, { baseline }: Baseline, picture: Value, drawn: Value | undefined): Value {
  if (drawn) return drawn;
  if (baseline === "blurred") return blurred(op, picture);
  return op.scalar(levels[baseline]!);
}

/** A grey picture as one of three equal colours, where the model takes colours. */
export function fitted(image: { readonly shape: Shape; readonly data: unknown }, shape: Shape) {
  const data = image.data as Float32Array;
  if (image.shape[0] === shape[0]) return tensor("float32", data, shape);
  const all = new Float32Array(size(shape));
  for (let c = 0; c < shape[0]!; c++) all.set(data.subarray(0, size(shape.slice(1))), c * size(shape.slice(1)));
  return tensor("float32", all, shape);
}

/** Standard deviation of the blur, as a share of the shorter side: only the coarsest forms are left. */
const blur = 1 / 12;

/** Pictures through a wide Gaussian blur. */
export function blurred(op: Ops, picture: Value): Value {
  const [height, width] = picture.shape.slice(2) as [number, number];
  const deviation = blur * Math.min(height, width);
  const rows = op.constant(tensor("float32", gaussian(height, deviation), [height, height]), "blur");
  const columns = op.constant(tensor("float32", transposed(gaussian(width, deviation), width), [width, width]), "blur");
  return op.matMul(op.matMul(rows, picture), columns);
}

function gaussian(n: number, deviation: number): Float32Array {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: n }, (_, j) => Math.exp(-(((i - j) / deviation) ** 2) / 2));
    const total = row.reduce((a, b) => a + b);
    row.forEach((x, j) => (data[i * n + j] = x / total));
  }
  return data;
}

const transposed = (data: Float32Array, n: number) =>
  Float32Array.from(data, (_, at) => data[(at % n) * n + Math.floor(at / n)]!);
