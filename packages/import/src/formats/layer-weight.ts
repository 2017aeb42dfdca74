import type { Tensor } from "@xstar/core";

/** One weight of a layer: its name or number, behind the names of the parts that it lies in. */
export interface LayerWeight {
  readonly path: readonly string[];
  read(): Tensor;
}
