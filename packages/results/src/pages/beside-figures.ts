import type { InputKind, Tensor } from "@xstar/core";
import { dataUri } from "../codecs/data-uri.js";
import { encodePng } from "../codecs/png.js";
import { drawingOf } from "../image/drawing.js";
import { pictureFigure, pictureRow } from "./figure.js";
import { formatNumber } from "./format.js";
import { html, type Html } from "./html.js";

/** An input that is maximized together with the one that a page is about. */
export interface InputBeside {
  readonly name: string;
  /** What it holds; undefined for a picture. */
  readonly holds: InputKind | undefined;
  /** Without the batch. */
  readonly values: Tensor<"float32">;
}

/** The inputs that are maximized together with a picture, each drawn as what it holds. */
export function besideFigures(inputs: readonly InputBeside[]): Html | false {
  if (inputs.length === 0) return false;
  const figures = inputs.map(({ name, holds, values }) => {
    const drawing = drawingOf([1, ...values.shape], holds);
    const [low, high] = values.data.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
    const caption = `${name} [${values.shape.join(", ")}], maximized together with it: values from ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
    if (!drawing.isDrawable) return html`<p>${caption}</p>`;
    const drawn = drawing.raw(values);
    return pictureFigure({
      light: dataUri("image/png", encodePng(drawn)),
      width: drawn.width,
      height: drawn.height,
      alt: caption,
      caption,
    });
  });
  return pictureRow(figures);
}
