import { check, XstarError } from "../errors.js";
import { resizeImage } from "../math/resize-image.js";
import { sameShape, size, type Shape, type Tensor } from "../tensor.js";

/** A picture as the input of shape [1, channels, height, width]; one of another height and width is resized. */
export function asPicture(picture: Tensor, shape: Shape): Tensor {
  const isPicture = Array.isArray(picture?.shape) && picture.dtype === "float32";
  check(isPicture && picture.data?.length === size(picture.shape), "picture", "a float32 tensor", picture);
  const one = shape.slice(1);
  const own = picture.shape.length === shape.length && picture.shape[0] === 1 ? picture.shape.slice(1) : picture.shape;
  const held: Tensor = { ...picture, shape: own };
  if (sameShape(own, one)) return { ...held, shape };
  if (own.length === 3 && one.length === 3 && own[0] === one[0])
    return { ...resizeImage(held, one[1]!, one[2]!), shape };
  throw new XstarError("bad-argument", `The model takes pictures of shape [${one}], not [${picture.shape}]`, {
    hint: "Give [channels, height, width] with the channels of the model; height and width are fitted",
  });
}
