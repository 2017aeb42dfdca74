import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Shape, Tensor } from "../tensor.js";
import type { ParameterizationDefinition } from "./parameterization.js";
import type { Spec } from "./spec.js";
import type { Size } from "./transform.js";

/** Large things that specs name instead of holding: plain JSON stays small. */
export interface Assets {
  /** The parameterization that a spec inside another one names, and the spec with its defaults. Throws `bad-argument`. */
  parameterization(spec: Spec): { readonly definition: ParameterizationDefinition; readonly spec: Spec };
  /** A picture [channels, height, width] in picture units, at the size asked for. Throws `bad-argument`. */
  image(name: string, height: number, width: number): Tensor;
  /** The pictures of a name, one or several, [channels, height, width] each as it was given. Throws `bad-argument`. */
  images(name: string): readonly Tensor[];
  /** The size of a picture as it was given. Throws `bad-argument`. */
  imageSize(name: string): Size;
  /** Appends a whole model (a generator) to a graph: its picture output from its input. Throws `bad-argument`. */
  generator(name: string): Generator;
}

/** A model that makes pictures from a latent vector. */
export interface Generator {
  /** Shape of the latent of one picture, without the batch. */
  readonly latent: Shape;
  /** The numbers in its picture that are black and white, by the operator that it ends in. */
  readonly range: readonly [number, number];
  /** [batch, ...latent] to the model's output [batch, ...]. */
  build(op: Ops, latent: Value): Value;
}
