import { size, type InputKind, type Shape, type Tensor } from "@xstar/core";
import { drawBars, drawCurves, drawGrid, drawStrip, wholeScale } from "./draw-numbers.js";
import { enlarge, enlargementFor } from "./enlarge.js";
import { framesOf, gridOf, linesOf } from "./lines.js";
import { splitOpacity, withOpacity } from "./opacity.js";
import type { Picture } from "./picture.js";
import type { Planes } from "./planes.js";
import { changeScale, pictureScale } from "./scale.js";
import { changeView, rawView } from "./view.js";

/** What inputs of one run look like: pictures, curves, bars, heat maps, strips of frames. */
export interface Drawing {
  /** Whether inputs of the run can be looked at. */
  readonly isDrawable: boolean;
  /**
   * The numbers from black (0) to white (1), or on the scale of `like` (by default their own) where that goes beyond;
   * transparent where they have an opacity. What is no picture is drawn on the scale of `like`.
   */
  raw(picture: Tensor, like?: Tensor): Picture;
  /** What changed since the start. */
  change(picture: Tensor, start: Tensor): Picture;
}

/**
 * `shape` is that of the run's pictures without their opacity, [batch, channels, height, width]; `holds` what the input is
 * where it is no picture.
 *
 * @example
 * const drawing = drawingOf([1, 3, 224, 224]);
 * if (drawing.isDrawable) drawing.raw(image.pixels);
 */
export function drawingOf(shape: Shape, holds?: InputKind): Drawing {
  if (holds) return drawingOfNumbers(holds);
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

/** Frames of a strip. */
export const framesShown = 8;

/** Pixels of a strip's frames, about. */
const frameSide = 112;

function drawingOfNumbers(holds: InputKind): Drawing {
  const changeOf = (picture: Tensor, start: Tensor): Tensor<"float32"> => {
    const [now, before] = [picture.data as Float32Array, start.data as Float32Array];
    return { dtype: "float32", shape: picture.shape, data: now.map((x, i) => x - before[i]!) };
  };
  switch (holds.kind) {
    case "video":
      return {
        isDrawable: true,
        raw: (picture, like = picture) => drawStrip(drawFrames(some(framesOf(picture, holds)), framesOf(like, holds))),
        change(picture, start) {
          const [now, before] = [some(framesOf(picture, holds)), some(framesOf(start, holds))];
          return drawStrip(now.map((frame, i) => sized(changeView(planesOf(frame), planesOf(before[i]!)).picture)));
        },
      };
    case "embedding": {
      const draw = (picture: Tensor, limit: number) => {
        const { shape, data } = gridOf(picture, holds);
        return drawGrid(shape[0]!, shape[1]!, data, limit);
      };
      const limitOf = (picture: Tensor) =>
        changeScale([planesOf({ ...picture, shape: [1, size(picture.shape)] })]).high;
      return {
        isDrawable: true,
        raw: (picture, like = picture) => draw(picture, limitOf(like)),
        change: (picture, start) => draw(changeOf(picture, start), limitOf(changeOf(picture, start))),
      };
    }
    case "table": {
      const draw = (picture: Tensor, like: Tensor) =>
        drawBars(picture.data as Float32Array, wholeScale([like.data as Float32Array]));
      return {
        isDrawable: true,
        raw: (picture, like = picture) => draw(picture, like),
        change: (picture, start) => draw(changeOf(picture, start), changeOf(picture, start)),
      };
    }
    default: {
      const draw = (picture: Tensor, like: Tensor) =>
        drawCurves(linesOf(picture, holds), wholeScale(linesOf(like, holds)));
      return {
        isDrawable: true,
        raw: (picture, like = picture) => draw(picture, like),
        change: (picture, start) => draw(changeOf(picture, start), changeOf(picture, start)),
      };
    }
  }
}

/** Frames of a video as pictures on one scale, that of all frames of `like`. */
export function drawFrames(frames: readonly Tensor[], like: readonly Tensor[]): Picture[] {
  const scale = pictureScale(like.map((frame) => planesOf(frame)));
  return frames.map((frame) => sized(rawView(planesOf(frame), { scale }).picture));
}

const sized = (picture: Picture): Picture => enlarge(picture, enlargementFor(picture, frameSide));

/** Several of all, evenly spaced, the first and the last among them. */
function some<T>(all: readonly T[]): T[] {
  if (all.length <= framesShown) return [...all];
  return Array.from({ length: framesShown }, (_, i) => all[Math.round((i * (all.length - 1)) / (framesShown - 1))]!);
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
