import type { VjpRule, VjpRules } from "./vjp.js";

/** A vjp rule of your own for one operator. */
export interface RuleDefinition {
  readonly kind: "rule";
  /** The operator, with its domain where it is not a standard one: `com.acme::Swirl`. */
  readonly type: string;
  readonly doc: string;
  readonly vjp: VjpRule;
}

/**
 * A vjp rule of your own: the cotangents of an operator's inputs from that of its output. It goes before the standard one.
 *
 * @example
 * const swirl = defineRule({
 *   type: "com.acme::Swirl",
 *   doc: "x to x * |x|",
 *   vjp: (g, { op, inputs: [x] }) => [op.mul(g, op.mul(op.abs(x), 2))],
 * });
 * await maximize(model, "conv2:7", { definitions: [swirl] });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineRule(definition: Omit<RuleDefinition, "kind">): RuleDefinition {
  return { kind: "rule", ...definition };
}

/** Rules that go in the place of the true gradient, under a name. */
export interface OverrideDefinition {
  readonly kind: "override";
  readonly type: string;
  readonly doc: string;
  readonly rules: VjpRules;
}

/**
 * An override of your own: rules in the place of true gradients, used where a run names it.
 *
 * @example
 * const blind = defineOverride({
 *   type: "blindSigmoid",
 *   doc: "everything goes through Sigmoid, as if it were the identity",
 *   rules: { Sigmoid: (g) => [g] },
 * });
 * await maximize(model, "conv2:7", { overrides: ["blindSigmoid"], definitions: [blind] });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineOverride(definition: Omit<OverrideDefinition, "kind">): OverrideDefinition {
  return { kind: "override", ...definition };
}

/** Overrides by type. */
export type Overrides = Readonly<Record<string, OverrideDefinition>>;
