import { mapValues } from "../map-values.js";
import type { Best, Step } from "./result.js";
import { withRows } from "./rows.js";

/** Steps that the running mean goes over. */
const span = 16;

/** The best pictures with one more step; those that are `frozen` stay what they were. */
export function better(
  best: Best | undefined,
  { index, objective, picture, inputs }: Pick<Step, "index" | "objective" | "picture" | "inputs">,
  { smooth, frozen }: { readonly smooth: boolean; readonly frozen: readonly boolean[] },
): Best {
  if (!best) return { picture, inputs, steps: Array.from(objective, () => index), values: objective, means: objective };
  const share = 1 / Math.min(index + 1, span);
  const means = objective.map((x, k) => {
    const mean = best.means[k]!;
    return frozen[k] ? mean : smooth ? mean + share * (x - mean) : x;
  });
  const rose = Array.from(means, (mean, k) => !frozen[k] && mean > best.values[k]!);
  if (!rose.includes(true)) return { ...best, means };
  return {
    picture: withRows(best.picture, picture, rose),
    inputs: mapValues(inputs, (held, name) => withRows(best.inputs[name]!, held, rose)),
    steps: best.steps.map((step, k) => (rose[k] ? index : step)),
    values: best.values.map((value, k) => (rose[k] ? means[k]! : value)),
    means,
  };
}
