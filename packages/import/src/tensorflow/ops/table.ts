import type { OpRows } from "../op.js";
import { elementwise } from "./elementwise.js";
import { fusions } from "./fused.js";
import { normalizations } from "./normalization.js";
import { shapes } from "./shapes.js";
import { windows } from "./windows.js";

/** Every operation of TensorFlow that xstar builds, but those of control flow. */
export const opRows: OpRows = { ...windows, ...fusions, ...normalizations, ...elementwise, ...shapes };
