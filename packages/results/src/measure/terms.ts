import { standard, type Spec, type Vocabulary } from "@xstar/core";

/** A part of an objective that is no algebra. */
export interface Term {
  readonly spec: Spec;
  /** Whether the objective grows with it. */
  readonly isWanted: boolean;
}

/** The parts of an objective, from the left: of `logit:3 - 0.1*tv` the logit, which is wanted, and tv, which is not. */
export function termsOf(spec: Spec, isWanted = true): Term[] {
  const [left, right] = [spec["left"], spec["right"]] as (Spec | number | undefined)[];
  if (left === undefined || right === undefined) return [{ spec, isWanted }];
  const turns = (x: Spec | number) => typeof x === "number" && x < 0;
  const isProduct = spec.type === "mul" || spec.type === "div";
  const of = (side: Spec | number, isTurned: boolean) =>
    typeof side === "number" ? [] : termsOf(side, isWanted !== isTurned);
  return [
    ...of(left, isProduct && turns(right)),
    ...of(right, spec.type === "sub" || spec.type === "div" || (isProduct && turns(left))),
  ];
}

/** Whether an objective is its target, with or without penalties: some recipes maximize something else in its place. */
export function maximizesItsTarget(objective: Spec, target: Spec): boolean {
  const parts = new Set(termsOf(objective).map(({ spec }) => JSON.stringify(spec)));
  return termsOf(target).every(({ spec }) => parts.has(JSON.stringify(spec)));
}

/** What is maximized, in words: "the caricature". */
export function nameOfMaximized(objective: Spec): string {
  return `the ${termsOf(objective).find(({ isWanted }) => isWanted)?.spec.type ?? objective.type}`;
}

/** Whether an objective is a weighted sum of its parts: no product, quotient or power of them. */
export function isWeightedSum(spec: Spec): boolean {
  const [left, right] = [spec["left"], spec["right"]] as (Spec | number | undefined)[];
  if (left === undefined || right === undefined) return true;
  const isPart = (side: Spec | number) => typeof side === "number" || isWeightedSum(side);
  if (spec.type === "add" || spec.type === "sub") return isPart(left) && isPart(right);
  if (spec.type === "mul")
    return [left, right].some((side) => typeof side === "number") && isPart(left) && isPart(right);
  return spec.type === "div" && typeof right === "number" && isPart(left);
}

/** Whether one picture alone, such as one of a data set, has an activation for it. */
export function isOfOnePicture(spec: Spec, { objective: table }: Vocabulary = standard): boolean {
  return termsOf(spec).every((term) => table[term.spec.type]?.needs === undefined);
}

const classObjectives: ReadonlySet<string> = new Set(["logit", "probability", "crossEntropy"]);

/** The class of the first model that an objective is for; undefined where it is for none or for several. */
export function classOf(spec: Spec): number | undefined {
  const wanted = termsOf(spec).filter(
    (term) => term.isWanted && classObjectives.has(term.spec.type) && term.spec["model"] === undefined,
  );
  const classes = [...new Set(wanted.map((term) => term.spec["class"]))];
  return classes.length === 1 && typeof classes[0] === "number" ? classes[0] : undefined;
}
