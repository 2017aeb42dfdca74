import { defineObjective } from "../define/define.js";
import { nested, type Spec } from "../define/fields.js";

/** Algebra: objectives of objectives and numbers. Nothing is changed: each call gives a new spec. */

const sides = { left: nested("the left side"), right: nested("the right side") };

const sum = defineObjective({
  type: "add",
  doc: "Sum of two objectives",
  params: sides,
  build: ({ left, right }, { op }) => op.add(left, right),
});

const difference = defineObjective({
  type: "sub",
  doc: "Left objective minus right objective",
  params: sides,
  build: ({ left, right }, { op }) => op.sub(left, right),
});

const product = defineObjective({
  type: "mul",
  doc: "Product of two objectives, or of an objective and a weight",
  params: sides,
  build: ({ left, right }, { op }) => op.mul(left, right),
});

export const combinations = { add: sum, sub: difference, mul: product };

type Term = Spec | number;

/** The sum of objectives. */
export const add = (...terms: readonly [Term, ...Term[]]): Spec => fold(sum, terms);
/** The first objective minus the second. */
export const sub = (left: Term, right: Term): Spec => difference({ left, right });
/** The product of objectives; a number is a weight. */
export const mul = (...terms: readonly [Term, ...Term[]]): Spec => fold(product, terms);

function fold(combine: typeof sum, [first, ...rest]: readonly [Term, ...Term[]]): Spec {
  return rest.reduce<Term>((left, right) => combine({ left, right }), first) as Spec;
}
