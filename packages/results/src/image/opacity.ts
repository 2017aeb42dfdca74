import type { Picture } from "./picture.js";
import type { Planes } from "./planes.js";

/** The colours of a picture [channels, height, width] whose model takes `channels`, and its opacity if it has one more. */
export function splitOpacity(x: Planes, channels: number): { readonly colours: Planes; readonly opacity?: Planes } {
  const [count, height, width] = x.shape;
  if (x.shape.length !== 3 || count !== channels + 1) return { colours: x };
  const end = channels * height! * width!;
  const data = Array.from(x.data);
  return {
    colours: { shape: [channels, height!, width!], data: data.slice(0, end) },
    opacity: { shape: [height!, width!], data: data.slice(end) },
  };
}

/** The picture with an opacity [height, width] from 0 to 1. */
export function withOpacity({ width, height, data }: Picture, opacity: Planes): Picture {
  const result = new Uint8ClampedArray(data);
  for (let pixel = 0; pixel < width * height; pixel++) result[4 * pixel + 3] = 255 * opacity.data[pixel]!;
  return { width, height, data: result };
}

/** Share of the pixels that are opaque whatever they count beyond it (Horama shows MaCo's pictures with this one). */
const opaqueFrom = 0.8;

/**
 * The picture, opaque as far as its places count [..., height, width].
 *
 * @example
 * const { images, attribution } = await maximize(model, "conv2:7", { attribution: true });
 * if (attribution) opaqueByAttribution(images[0].toRgba(), planesOf(pictureOf(attribution, 0)));
 */
export function opaqueByAttribution(picture: Picture, { shape, data }: Planes): Picture {
  return withOpacity(picture, opacityByAttribution({ shape: shape.slice(-2), data }));
}

/** How opaque pixels are that count so much [height, width]: in proportion, up to the value that 80 % stay below. */
export function opacityByAttribution({ shape, data }: Planes): Planes {
  const sorted = Float32Array.from(data).toSorted();
  const full = sorted[Math.floor(opaqueFrom * (sorted.length - 1))]! || sorted.at(-1)! || 1;
  return { shape, data: Array.from(data, (value) => Math.min(value / full, 1)) };
}
