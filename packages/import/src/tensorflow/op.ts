import type { Tensor } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import type { TfNode } from "./graph.js";

/** Settings of an operation, as its emitter reads them: of a TensorFlow node, or of a TFLite operator. */
export type Settings = Pick<
  TfNode,
  "name" | "op" | "int" | "float" | "flag" | "string" | "ints" | "strings" | "type" | "dims" | "has"
>;

/** What constants and variables hold, by name. */
export interface Held {
  constant(node: TfNode): Tensor | undefined;
  variable(name: string): Tensor | undefined;
}

export type Given = Symbolic | undefined;

/** Builds what an operation computes; an output that is not there, as of a branch that is never taken, is undefined. */
export type EmitOp = (b: Builder, inputs: readonly Symbolic[], op: Settings) => Given | readonly Given[];

export type OpRows = Readonly<Record<string, EmitOp>>;
