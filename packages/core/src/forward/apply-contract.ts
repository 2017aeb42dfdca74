import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Contract } from "../model/contract.js";
import type { Shape } from "../tensor.js";

/**
 * The picture [batch, channels, height, width] that goes with an input of this shape. Throws `bad-argument`.
 *
 * @example
 * pictureShape([1, 224, 224, 3], { layout: "NHWC" }); // [1, 3, 224, 224]
 */
export function pictureShape(input: Shape, { layout = "NCHW", order }: Partial<Contract> = {}): Shape {
  if (layout === "NHWC" && input.length !== 4)
    throw new XstarError("bad-argument", `The layout "NHWC" does not fit an input of shape [${input}]: it has 4 axes`);
  const [batch, height, width, last] = input;
  const shape = layout === "NHWC" ? [batch!, last!, height!, width!] : input;
  const channels = shape[1]!;
  if (order === "gray" && channels !== 1) {
    if (channels === 3 && shape.length === 4) return shape.with(1, 1);
    throw new XstarError("bad-argument", `The order "gray" does not fit an input of ${channels} channels`);
  }
  if ((order === "RGB" || order === "BGR") && channels !== 3)
    throw new XstarError("bad-argument", `The order "${order}" needs an input of 3 channels: it has ${channels}`);
  return shape;
}

/** The input of shape `to` that a picture becomes: channels in order, then normalized, then in the layout. */
export function applyContract(op: Ops, picture: Value, contract: Contract, to: Shape): Value {
  const { layout = "NCHW", order } = contract;
  const channels = layout === "NHWC" ? to[3]! : to[1]!;
  const ordered = order === "BGR" ? op.concat(op.split(picture, [1, 1, 1], 1).toReversed(), 1) : picture;
  const all = order === "gray" && channels === 3 ? op.expand(ordered, picture.shape.with(1, 3)) : ordered;
  const normalized = normalize(op, all, contract);
  return layout === "NHWC" ? op.transpose(normalized, [0, 2, 3, 1]) : normalized;
}

function normalize(op: Ops, picture: Value, { mean, std }: Contract): Value {
  const channels = picture.shape[1]!;
  for (const values of [mean, std]) {
    if (values.length === 1 || values.length === channels) continue;
    throw new XstarError("bad-argument", `The input contract gives ${values.length} values for ${channels} channels`);
  }
  if (std.some((s) => !(s > 0)))
    throw new XstarError("bad-argument", `The input contract divides by [${std}], which must be above 0`);
  const each = (value: (mean: number, std: number) => number) => {
    const length = Math.max(mean.length, std.length);
    const data = Float32Array.from({ length }, (_, c) => value(mean[c] ?? mean[0]!, std[c] ?? std[0]!));
    return op.constant({ dtype: "float32", shape: [1, length, ...picture.shape.slice(2).map(() => 1)], data });
  };
  const scaled = std.every((s) => s === 1)
    ? picture
    : op.mul(
        picture,
        each((_, s) => 1 / s),
      );
  return mean.every((m) => m === 0)
    ? scaled
    : op.sub(
        scaled,
        each((m, s) => m / s),
      );
}
