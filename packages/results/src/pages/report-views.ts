import { diverging } from "../image/colormap.js";
import { splitOpacity, withOpacity } from "../image/opacity.js";
import type { Picture } from "../image/picture.js";
import { dataUri } from "../codecs/data-uri.js";
import { longestWebp, type ImageCodec } from "../codecs/image-codec.js";
import { encodePng } from "../codecs/png.js";
import { pictureScale } from "../image/scale.js";
import { rawView, signedView, type View } from "../image/view.js";
import { describeChange } from "./describe-change.js";
import { changeOf, type Planes } from "../image/planes.js";
import type { Tensor } from "@xstar/core";
import { planesOf } from "../image/drawing.js";

/** A picture for a page: an address for light and for dark ones, and what its colour bar needs. */
export interface PageView extends Omit<View, "picture"> {
  readonly width: number;
  readonly height: number;
  readonly light: string;
  readonly dark?: string;
}

/** A result for a page. */
export interface ResultViews {
  readonly channels: number;
  readonly raw: PageView;
  /** What it began as, on the same scale. */
  readonly start: PageView;
  readonly change: PageView;
  /** Where the change is, in words. */
  readonly changeInWords: string;
  /** Smallest and largest number of the picture. */
  readonly range: readonly [low: number, high: number];
}

/** A picture of a model that takes `channels`, and what changed since `start`, as a page shows them. */
export async function viewResult(
  picture: Tensor,
  start: Tensor,
  channels: number,
  codec: ImageCodec,
): Promise<ResultViews> {
  const { colours, opacity } = splitOpacity(planesOf(picture), channels);
  const before = splitOpacity(planesOf(start), channels).colours;
  const raw = rawView(colours, { scale: pictureScale([colours]) });
  const begun = rawView(before, { scale: { low: raw.low, high: raw.high } });
  const drawn = opacity ? withOpacity(raw.picture, opacity) : raw.picture;
  const changed = changeOf(colours, before);
  const change = signedView(changed);
  const dark = signedView(changed, { map: diverging.dark, scale: change }).picture;
  const png = async (one: Picture) => dataUri("image/png", await codec.encode(one, "png"));
  const [drawnPng, startPng, light, darkWebp] = await Promise.all([
    // a codec's pictures are opaque
    opacity ? dataUri("image/png", encodePng(drawn)) : png(drawn),
    png(begun.picture),
    webpUri(change.picture, codec),
    webpUri(dark, codec),
  ]);
  return {
    channels,
    raw: pageView(raw, drawnPng),
    start: pageView(begun, startPng),
    change: { ...pageView(change, light), dark: darkWebp },
    changeInWords: describePlane(changed),
    range: rangeOf(colours),
  };
}

/** A picture as WebP, or as PNG where it is longer than that: a signal, for example. */
export async function webpUri(picture: Picture, codec: ImageCodec): Promise<string> {
  if (Math.max(picture.width, picture.height) > longestWebp) return dataUri("image/png", encodePng(picture));
  return dataUri("image/webp", await codec.encode(picture, "webp"));
}

function pageView({ picture, ...scale }: View, light: string): PageView {
  return { ...scale, width: picture.width, height: picture.height, light };
}

function describePlane({ shape, data }: Planes): string {
  return describeChange(data, shape[1]!, shape[0]!);
}

function rangeOf({ data }: Planes): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < data.length; at++) {
    low = Math.min(low, data[at]!);
    high = Math.max(high, data[at]!);
  }
  return [low, high];
}
