import { size, type Shape, type Tensor } from "@xstar/core";
import { splitOpacity, withOpacity } from "./opacity.js";
import type { Picture } from "./picture.js";
import type { Planes } from "./planes.js";
import { pictureScale } from "./scale.js";
import { changeView, rawView } from "./view.js";

/** Pictures of one run, which knows how many channels are colours. */
export interface Drawing {
  /** Whether pictures of the run can be looked at. */
  readonly isDrawable: boolean;
  /**
   * The numbers from black (0) to white (1), or on the scale of `like` (by default their own) where that goes beyond;
   * transparent where they have an opacity.
   */
  raw(picture: Tensor, like?: Tensor): Picture;
  /** What changed since the start. */
  change(picture: Tensor, start: Tensor): Picture;
}

/**
 * `shape` is that of the run's pictures without their opacity, [batch, channels, height, width].
 *
 * @example
 * const drawing = drawingOf([1, 3, 224, 224]);
 * if (drawing.isDrawable) drawing.raw(image.pixels);
 */
export function drawingOf(shape: Shape): Drawing {
  const channels = shape.length === 4 ? shape[1]! : 0;
  const split = (picture: Tensor) => splitOpacity(planesOf(picture), channels);
  return {
    isDrawable: shape.length === 3 || (shape.length === 4 && [1, 3, 4].includes(channels)),
    raw(picture, like = picture) {
      const { colours, opacity } = split(picture);
      const view = rawView(colours, { scale: pictureScale([split(like).colours]) }).picture;
      return opacity ? withOpacity(view, opacity) : view;
    },
    change: (picture, start) => changeView(split(picture).colours, split(start).colours).picture,
  };
}

/**
 * Picture `i` of a batch, in memory of its own.
 *
 * @example
 * const { picture } = await maximize(model, "conv2:0-3");
 * const third = pictureOf(picture, 2);
 */
export function pictureOf({ shape, data }: Tensor, i: number): Tensor<"float32"> {
  const one = shape.slice(1);
  return { dtype: "float32", shape: one, data: (data as Float32Array).slice(i * size(one), (i + 1) * size(one)) };
}

/**
 * A float32 tensor as planes. Throws `bad-data` for another type.
 *
 * @example
 * const view = rawView(planesOf(image.pixels));
 */
export function planesOf({ shape, data }: Tensor): Planes {
  return { shape, data: data as Float32Array };
}
