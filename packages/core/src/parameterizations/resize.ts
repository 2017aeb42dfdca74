import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** Pictures [batch, channels, height, width] at another size, bilinear between pixel centres. */
export function enlarge(op: Ops, x: Value, height: number, width: number): Value {
  const shape = [x.shape[0]!, x.shape[1]!, height, width];
  return op.emit("Resize", [x, undefined, undefined, op.ints(shape)], [{ dtype: x.dtype, shape }], {
    mode: "linear",
    coordinate_transformation_mode: "half_pixel",
  })[0]!;
}
