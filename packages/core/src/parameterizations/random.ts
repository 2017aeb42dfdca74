import type { Rng } from "../rng.js";
import { size, tensor, type Shape, type Tensor } from "../tensor.js";

/** Normal numbers [batch, ...], those of picture i from `rngs[i]`. */
export function normals(shape: Shape, rngs: readonly Rng[], deviation = 1): Tensor {
  const one = size(shape.slice(1));
  const data = new Float32Array(size(shape));
  rngs.forEach((rng, i) => data.set(rng.normals(one, 0, deviation), i * one));
  return tensor("float32", data, shape);
}
