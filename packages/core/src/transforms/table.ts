import type { TransformDefinition } from "../define/define.js";
import { crops, flip, jitter, pad, rotate, scale } from "./affine.js";
import { background, blur, lighting, noise } from "./pixelwise.js";

/** Every transform, by type. */
export const transforms: Readonly<Record<string, TransformDefinition<any>>> = {
  pad,
  jitter,
  scale,
  rotate,
  flip,
  crops,
  noise,
  blur,
  lighting,
  background,
};
