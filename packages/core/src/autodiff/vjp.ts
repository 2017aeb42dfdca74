import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/**
 * What a rule may use. All values are nodes of the graph that is being extended: a rule emits mathematics, it never
 * reads weights.
 *
 * Conventions at kinks: Relu, Clip, Abs, LeakyRelu and their kin have derivative 0 (or the flat side's) at the kink;
 * pooling sends the cotangent to the first maximum of a window in row-major order; Max, Min, ReduceMax, ReduceMin and
 * GlobalMaxPool share it evenly among ties; norms have derivative 0 at 0, Sqrt an infinite one, as in mathematics; rounding
 * and steps have derivative 0, but QuantizeLinear is passed straight through where it does not saturate.
 */
export interface VjpContext {
  readonly op: Ops;
  readonly node: Node;
  /** The node's inputs, then what its subgraphs read from outside; an optional input that is left out is undefined. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Cotangents of all outputs; undefined where none arrives. Rules of one-output operators take `g` instead. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Whether a cotangent of this input is wanted: false for frozen weights, so that their share of the work is saved. */
  needs(input: number): boolean;
  /** Differentiates inside of another graph, such as the body of a loop, by the same rules: as `gradients` does. */
  differentiate(
    op: Ops,
    options: { readonly of: Value; readonly wrt: readonly Value[]; readonly cotangent?: Value },
  ): (Value | undefined)[];
}

/**
 * From the cotangent `g` of the first output to the cotangents of the inputs: `null` (or nothing) where there is none.
 * A result may still have the broadcast shape: the walker sums it to the input's shape.
 */
export type VjpRule = (g: Value, context: VjpContext) => readonly (Value | null)[];

/** Rules by operator; operators outside the standard domain as `com.acme::Swirl`. */
export type VjpRules = Readonly<Record<string, VjpRule>>;

/** Under which name the rules hold what stands for an operator where shapes are not known before the model runs. */
export const looseName = (qualifiedType: string): string => `${qualifiedType}?`;

/** Whether a node reads or gives values whose shape is not known before the model runs, though what they hold is. */
export function isLoose({ inputs, outputs }: Node): boolean {
  const some = [...inputs, ...outputs].filter((value) => value !== undefined);
  return some.some(isUnsized) && outputs.every((value) => !value || value.type || value.loose);
}

/** Whether it has no shape before the model runs, but elements of a known kind. */
export const isUnsized = ({ type, loose }: Value): boolean => type === undefined && loose !== undefined;

/** Under which name the rule for a node is. */
export const ruleName = (node: Node): string => (isLoose(node) ? looseName(node.qualifiedType) : node.qualifiedType);
