import type { Spec } from "../define/spec.js";
import { add, div, mul, pow, sub } from "../objectives/combine.js";

/** A part of a target: an objective, or a number. */
export type Term = Spec | number;

const arithmetic = {
  add: { of: add, numbers: (a: number, b: number) => a + b },
  sub: { of: sub, numbers: (a: number, b: number) => a - b },
  mul: { of: mul, numbers: (a: number, b: number) => a * b },
  div: { of: div, numbers: (a: number, b: number) => a / b },
  pow: { of: pow, numbers: (a: number, b: number) => a ** b },
};

/** Numbers are reckoned with at once, and a weight of 1 is none. */
export function combined(by: keyof typeof arithmetic, left: Term, right: Term): Term {
  if (by === "mul" && left === 1) return right;
  const { of, numbers } = arithmetic[by];
  return typeof left === "number" && typeof right === "number" ? numbers(left, right) : of(left, right);
}
