import type { Tensors } from "../define/definition.js";
import type { PreparedModel } from "../forward/prepare-model.js";
import type { Rng } from "../rng.js";
import { size, type Tensor } from "../tensor.js";

/** Before the names of inputs that are maximized together with the picture, among the variables. */
const prefix = "input.";

export const besideVariable = (name: string): string => `${prefix}${name}`;

/** How far from 0 they begin. */
const deviation = 0.01;

/** Where the inputs begin that are maximized together with the picture: row i is drawn from `rngs[i]`. */
export function beginBeside({ beside }: PreparedModel, rngs: readonly Rng[]): Tensors {
  return Object.fromEntries(
    [...beside].map(([name, shape]) => {
      const row = size(shape.slice(1));
      const data = new Float32Array(size(shape));
      rngs.forEach((rng, i) => data.set(rng.split(name).normals(row, 0, deviation), i * row));
      return [besideVariable(name), { dtype: "float32", shape, data }];
    }),
  );
}

/** What these inputs hold in a state, by their names. */
export const besideIn = (state: Tensors): Record<string, Tensor<"float32">> =>
  Object.fromEntries(
    Object.entries(state).flatMap(([name, held]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), held as Tensor<"float32">]] : [],
    ),
  );
