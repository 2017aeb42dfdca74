import { defineObjective, type ObjectiveDefinition } from "../define/objective.js";
import { innerObjective } from "../define/fields.js";
import type { Spec } from "../define/spec.js";

/** Algebra: objectives of objectives and numbers. Nothing is changed: each call gives a new spec. */

const sides = { left: innerObjective("the left side"), right: innerObjective("the right side") };

const total = defineObjective({
  type: "add",
  example: { left: { type: "logit", class: 3 }, right: { type: "logit", class: 5 } },
  doc: "Sum of two objectives",
  params: sides,
  build: ({ left, right }, { op }) => op.add(left, right),
});

const difference = defineObjective({
  type: "sub",
  example: { left: { type: "logit", class: 3 }, right: 0.5 },
  doc: "Left objective minus right objective",
  params: sides,
  build: ({ left, right }, { op }) => op.sub(left, right),
});

const product = defineObjective({
  type: "mul",
  example: { left: 0.5, right: { type: "logit", class: 3 } },
  doc: "Product of two objectives, or of an objective and a weight",
  params: sides,
  build: ({ left, right }, { op }) => op.mul(left, right),
});

const quotient = defineObjective({
  type: "div",
  example: { left: { type: "logit", class: 3 }, right: 2 },
  doc: "Left objective over right objective",
  params: sides,
  build: ({ left, right }, { op }) => op.div(left, right),
});

const power = defineObjective({
  type: "pow",
  example: { left: { type: "logit", class: 3 }, right: 2 },
  doc: "Left objective to the power of the right one; a negative one has whole powers only",
  params: sides,
  build: ({ left, right }, { op }) => op.pow(left, right),
});

const absolute = defineObjective({
  type: "abs",
  example: { of: { type: "logit", class: 3 } },
  doc: "Size of an objective, without its sign",
  params: { of: innerObjective("the objective") },
  build: ({ of }, { op }) => op.abs(of),
});

export const combinations = { add: total, sub: difference, mul: product, div: quotient, pow: power, abs: absolute };

type Objective = Spec<"objective">;
type Term = Objective | number;

/** The sum of objectives. */
export const add = (...terms: readonly [Term, ...Term[]]): Objective => fold(total, terms);
/** The first objective minus the second. */
export const sub = (left: Term, right: Term): Objective => difference({ left, right });
/** The product of objectives; a number is a weight. */
export const mul = (...terms: readonly [Term, ...Term[]]): Objective => fold(product, terms);
/** The first objective over the second. */
export const div = (left: Term, right: Term): Objective => quotient({ left, right });
/** The first objective to the power of the second. */
export const pow = (left: Term, right: Term): Objective => power({ left, right });
/** The size of an objective, without its sign. */
export const abs = (term: Term): Objective => absolute({ of: term });
/** Minus an objective: what was maximized is descended. */
export const neg = (term: Term): Objective => mul(-1, term);

function fold(combine: ObjectiveDefinition<typeof sides>, [first, ...rest]: readonly [Term, ...Term[]]): Objective {
  return rest.reduce<Term>((left, right) => combine({ left, right }), first) as Objective;
}
