import type { Table } from "../define/definition.js";
import type { TransformDefinition } from "../define/transform.js";
import { crops, flip, jitter, pad, rotate, scale } from "./affine.js";
import { lowPass } from "./low-pass.js";
import { background, blur, lighting, noise } from "./pixelwise.js";

/** Every transform, by type. */
export const transforms = {
  pad,
  jitter,
  scale,
  rotate,
  flip,
  crops,
  noise,
  blur,
  lowPass,
  lighting,
  background,
} satisfies Table<TransformDefinition>;
