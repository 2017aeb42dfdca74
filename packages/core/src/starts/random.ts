import type { Rng } from "../rng.js";
import { size, tensor, type Shape, type Tensor } from "../tensor.js";

/** Numbers [batch, ...] of which those of picture i are drawn from `rngs[i]`, one after the other. */
export function drawEach(shape: Shape, rngs: readonly Rng[], draw: (rng: Rng) => number): Tensor {
  const one = size(shape.slice(1));
  const data = new Float32Array(size(shape));
  rngs.forEach((rng, i) => {
    for (let at = i * one; at < (i + 1) * one; at++) data[at] = draw(rng);
  });
  return tensor("float32", data, shape);
}

/** Normal numbers of mean 0 [batch, ...], those of picture i from `rngs[i]`. */
export function normals(shape: Shape, rngs: readonly Rng[], deviation = 1): Tensor {
  return drawEach(shape, rngs, (rng) => deviation * rng.normal());
}
