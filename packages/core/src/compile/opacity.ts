import type { Spec } from "../define/spec.js";
import { lookUp } from "../define/definition.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, type Shape, type Tensor } from "../tensor.js";
import { background, blend } from "../transforms/pixelwise.js";

/** A picture with a channel more than the model takes: colours and opacity. */
export function separateOpacity(
  op: Ops,
  picture: Value,
  shape: Shape,
): { readonly colours: Value; readonly opacity: Value | undefined } {
  if (picture.rank !== 4 || picture.shape[1] !== shape[1]! + 1) return { colours: picture, opacity: undefined };
  const [colours, opacity] = op.split(picture, [shape[1]!, 1], 1);
  return { colours: colours!, opacity: opacity! };
}

/** The same of pictures on the host. */
export function splitOpacity(
  pictures: Tensor,
  shape: Shape,
): { readonly colours: Tensor; readonly opacity: Tensor | undefined } {
  const [batch, channels] = pictures.shape as [number, number];
  if (pictures.shape.length !== 4 || channels !== shape[1]! + 1) return { colours: pictures, opacity: undefined };
  const data = pictures.data as Float32Array;
  const plane = size(pictures.shape.slice(2));
  const part = (from: number, count: number): Tensor => {
    const taken = new Float32Array(batch * count * plane);
    for (let i = 0; i < batch; i++) {
      const at = (i * channels + from) * plane;
      taken.set(data.subarray(at, at + count * plane), i * count * plane);
    }
    return { dtype: "float32", shape: pictures.shape.with(1, count), data: taken };
  };
  return { colours: part(0, channels - 1), opacity: part(channels - 1, 1) };
}

/** What is transparent has to lie on something before anything else happens to the picture. Throws `bad-argument`. */
export function chainFor(
  table: Vocabulary["transform"],
  transforms: readonly Spec[],
  opacity: Value | undefined,
): readonly Spec[] {
  const filling = transforms.find((spec) => "fillsTransparency" in lookUp(table, spec, "transform"));
  if (filling && !opacity) {
    throw new XstarError("bad-argument", `The transform "${filling.type}" needs a picture that has an opacity`, {
      hint: 'The parameterization "alpha" gives it one',
    });
  }
  return opacity && !filling ? [background({}), ...transforms] : transforms;
}

/** Colours [batch, channels, height, width] that hide all that is behind them. */
export function opaque(op: Ops, colours: Value): Value {
  const [batch, , height, width] = colours.shape as [number, number, number, number];
  return op.concat([colours, op.fill([batch, 1, height, width], 1)], 1);
}

export const onGrey = (op: Ops, colours: Value, opacity: Value): Value => blend(op, colours, opacity, 0.5);
