import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { define, type Definition, type DefinitionParts, type Values } from "./definition.js";
import type { Built, Fields, Parsed } from "./fields.js";

/** What an optimizer may read of a variable. */
export interface OptimizerContext {
  readonly op: Ops;
  /** The variable itself, [batch, ...]. */
  readonly variable: Value;
  /** Of the sum of the objective over the batch, by one variable [batch, ...]. */
  readonly gradient: Value;
  /** What the optimizer keeps for this variable, each of its shape, zeros at first. */
  readonly slots: Values;
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
}

interface OptimizerParts<F extends Fields> {
  /** Names of what it keeps for every variable; nothing when left out. */
  slots?(params: Parsed<F>): readonly string[];
  /** The change to be added to the variable (uphill), and the new slots. */
  update(params: Built<F>, context: OptimizerContext): { readonly change: Value; readonly slots: Values };
}

/** What `defineOptimizer` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type OptimizerDefinition<F extends Fields = any, Type extends string = string> = Definition<
  F,
  "optimizer",
  Type
> &
  OptimizerParts<F>;

/**
 * An optimizer of your own: from the gradient to the change of a variable. All of them go uphill.
 *
 * @example
 * const cautious = defineOptimizer({
 *   type: "cautious",
 *   doc: "The gradient, but no element of the change is larger than a limit",
 *   params: { learningRate: fields.number("step size", { fallback: 1 }), limit: fields.number("largest change", { fallback: 0.1 }) },
 *   update: ({ learningRate, limit }, { op, gradient }) => ({
 *     change: op.max(op.min(op.mul(gradient, learningRate), limit), op.neg(limit)),
 *     slots: {},
 *   }),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineOptimizer<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & OptimizerParts<F>,
): OptimizerDefinition<F, Type> {
  return define("optimizer", definition) as never;
}
