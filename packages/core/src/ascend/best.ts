import type { Tensor } from "../tensor.js";
import type { Step } from "./options.js";

/** Of each picture of a batch the one with the largest objective so far, and its step: replaced, never changed. */
export interface Best {
  readonly picture: Tensor;
  readonly steps: readonly number[];
}

/** The best pictures with one more step; `curve` has the objectives of all steps before. */
export function better(
  best: Best | undefined,
  curve: readonly Float32Array[],
  { index, objective, picture }: Pick<Step, "index" | "objective" | "picture">,
): Best {
  if (!best) return { picture, steps: Array.from(objective, () => index) };
  const rose = best.steps.map((step, k) => objective[k]! > curve[step]![k]!);
  if (!rose.includes(true)) return best;
  return {
    picture: withRows(best.picture, picture, rose),
    steps: best.steps.map((step, k) => (rose[k] ? index : step)),
  };
}

/** The rows of the first axis of `a`, or of `b` where it is chosen. */
export function withRows(a: Tensor, b: Tensor, chosen: readonly boolean[]): Tensor {
  if (!chosen.includes(false)) return b;
  const from = b.data as Float32Array;
  const data = (a.data as Float32Array).slice();
  const each = data.length / chosen.length;
  chosen.forEach((isChosen, k) => {
    if (isChosen) data.set(from.subarray(k * each, (k + 1) * each), k * each);
  });
  return { ...a, data };
}
