import { XstarError } from "@xstar/core";

/** The probabilities that belong to the logits, in float64. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const odds = relativeOdds(logits);
  const total = odds.reduce((a, b) => a + b, 0);
  return odds.map((value) => value / total);
}

/**
 * 1 - P(target), as the sum of the other classes' probabilities: exact where 1 - softmax would have no digits left. It is
 * 0 only when the target's logit is more than about 745 above all others.
 */
export function oneMinus(logits: ArrayLike<number>, target: number): number {
  if (!(Number.isInteger(target) && target >= 0 && target < logits.length)) {
    throw new XstarError("bad-argument", `There is no class ${target}: the logits have ${logits.length}`);
  }
  const odds = relativeOdds(logits);
  const others = odds.reduce((sum, value, i) => (i === target ? sum : sum + value), 0);
  return others / (others + odds[target]!);
}

/**
 * How many nines the confidence has: -log10(1 - p), so 5 for 0.99999; null for 1 - p = 0, which is beyond counting.
 *
 * @example
 * ninesOf(0.00001); // 5
 */
export function ninesOf(oneMinusP: number): number | null {
  requireProbability(oneMinusP);
  return oneMinusP === 0 ? null : Math.max(0, -Math.log10(oneMinusP));
}

/**
 * The probability p, given 1 - p, with enough digits to tell it from 1: "0.234", "0.9999987", and "1 - 3.2e-12" where
 * 1 - p is below 1e-8.
 *
 * @example
 * formatConfidence(0.00001); // "0.99999"
 */
export function formatConfidence(oneMinusP: number): string {
  requireProbability(oneMinusP);
  const p = 1 - oneMinusP;
  if (oneMinusP === 0) return "1";
  if (oneMinusP < 1e-8) return `1 - ${shorten(oneMinusP.toPrecision(2))}`;
  if (p < 0.001) return shorten(p.toPrecision(2));
  return shorten(p.toFixed(Math.max(4, 1 + Math.ceil(-Math.log10(oneMinusP)))));
}

/** Without the zeros at the end. */
function shorten(digits: string): string {
  return String(Number(digits));
}

/** e^logit, divided by the largest. */
function relativeOdds(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.map((value) => Math.exp(value - largest));
}

function requireProbability(oneMinusP: number): void {
  if (!(oneMinusP >= 0 && oneMinusP <= 1)) {
    throw new XstarError("bad-argument", `A probability is from 0 to 1, not ${oneMinusP}`);
  }
}
