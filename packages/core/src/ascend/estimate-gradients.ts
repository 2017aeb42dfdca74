import type { Sampling } from "../compile/step.js";
import type { Tensors } from "../define/definition.js";
import { XstarError } from "../errors.js";
import { mapValues } from "../map-values.js";
import type { Rng } from "../rng.js";
import type { Tensor } from "../tensor.js";
import { hasRows } from "./rows.js";

export interface Estimation extends Sampling {
  /** The objective of each picture where the variables are these. */
  objective(variables: Tensors): Promise<Float32Array>;
  /** What directions are drawn from, one for each picture. */
  readonly rngs: readonly Rng[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Estimates the gradients of the pictures' objectives by their variables: each of some normal directions counts by how much
 * higher the objective is along it than against it (antithetic evolution strategies: Wierstra et al., 2014; Salimans et al., 2017).
 * On average that is the gradient of the objective blurred by such changes. Throws `aborted`.
 */
export async function estimateGradients(
  variables: Tensors,
  { pairs, deviation, objective, rngs, signal }: Estimation,
): Promise<Tensors> {
  const found = mapValues(variables, (variable) => ({ ...variable, data: new Float32Array(variable.data.length) }));
  for (let pair = 0; pair < pairs; pair++) {
    const directions = mapValues(variables, (variable) => directionOf(variable, rngs));
    const along = (distance: number) =>
      objective(
        mapValues(variables, (variable, name) => {
          const data = Float32Array.from(variable.data as Float32Array);
          addScaled(data, directions[name]!, [distance]);
          return { ...variable, data } as Tensor;
        }),
      );
    const there = await along(deviation);
    const back = await along(-deviation);
    if (signal?.aborted) throw new XstarError("aborted", "The run was stopped in the middle of a step");
    const slopes = Array.from(there, (value, k) => (value - back[k]!) / (2 * deviation * pairs));
    // what pictures share follows the sum of their objectives
    const sum = [slopes.reduce((a, b) => a + b)];
    for (const [name, variable] of Object.entries(found))
      addScaled(variable.data, directions[name]!, hasRows(variable as Tensor, slopes.length) ? slopes : sum);
  }
  return found as Tensors;
}

/** Normal numbers for a variable: the row of picture i from `rngs[i]`, what all share from the first. */
function directionOf(variable: Tensor, rngs: readonly Rng[]): Float32Array {
  const { length } = variable.data;
  if (!hasRows(variable, rngs.length)) return rngs[0]!.normals(length);
  const data = new Float32Array(length);
  rngs.forEach((rng, k) => data.set(rng.normals(length / rngs.length), (k * length) / rngs.length));
  return data;
}

/** Adds to each of so many rows those of another, times the factor of the row. */
function addScaled(data: Float32Array, other: Float32Array, factors: readonly number[]): void {
  const each = data.length / factors.length;
  factors.forEach((factor, row) => {
    for (let i = row * each; i < (row + 1) * each; i++) data[i]! += factor * other[i]!;
  });
}
