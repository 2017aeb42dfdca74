import type { OpRows } from "../op.js";
import { elementwise } from "./elementwise.js";
import { fusions } from "./fused.js";
import { normalizations } from "./normalization.js";
import { shapes } from "./shapes.js";
import { windows } from "./windows.js";

/** The operations by what they do. */
export const opFamilies = {
  "Windows and products": windows,
  Fused: fusions,
  "Normalizations and reductions": normalizations,
  "Element by element": elementwise,
  Shapes: shapes,
} as const satisfies Readonly<Record<string, OpRows>>;

/** Every operation of TensorFlow that xstar builds, but those of control flow. */
export const opRows: OpRows = Object.assign({}, ...Object.values(opFamilies));
