import { XstarError } from "../errors.js";
import type { Shape } from "../tensor.js";
import { squareWithin } from "./picture-size.js";

interface PublishedPicture {
  readonly size: { readonly size?: readonly [number, number] };
  /** As many pixels of this picture as so many are of one of the published side; at least 1. */
  share(pixels: number): number;
}

/**
 * The picture of `side` pixels that a recipe makes for a model of pictures [channels, height, width], which was published
 * for pictures of `published` pixels. Throws `bad-argument` for inputs without height and width.
 */
export function publishedPicture(recipe: string, side: number, shape: Shape, published = side): PublishedPicture {
  if (shape.length !== 3) {
    throw new XstarError(
      "bad-argument",
      `The recipe "${recipe}" needs pictures with height and width: the model takes inputs of shape [${shape}]`,
      { hint: 'The recipes "auto" and "article" take inputs of any shape' },
    );
  }
  const size = squareWithin(side, shape);
  const own = Math.min(...(size.size ?? shape.slice(1)));
  return { size, share: (pixels) => Math.max(1, Math.round((pixels * own) / published)) };
}
