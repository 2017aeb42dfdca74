import type { Builder } from "../../build/builder.js";
import type { Symbolic } from "../../build/symbolic.js";
import type { Layer } from "../layer.js";

/** A function that was called on values of the network: its arguments by place, or by one of these names. */
export type EmitFunction = (
  b: Builder,
  take: (place: number, ...names: readonly string[]) => unknown,
  layer: Layer,
) => Symbolic | readonly Symbolic[];
