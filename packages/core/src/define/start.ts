import type { Rng } from "../rng.js";
import type { Shape } from "../tensor.js";
import type { Assets } from "./parameterization.js";
import { define, type Definition, type DefinitionParts } from "./definition.js";
import type { Fields, Parsed } from "./fields.js";

interface StartParts<F extends Fields> {
  /** Values of one picture [channels, height, width], in picture units (0 black, 1 white); a channel more is its opacity. */
  fill(params: Parsed<F>, shape: Shape, rng: Rng, assets: Assets): Float32Array;
  /** The value that all pixels have, where it is one. */
  level?(params: Parsed<F>): number;
}

/** What `defineStart` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type StartDefinition<F extends Fields = any, Type extends string = string> = Definition<F, "start", Type> &
  StartParts<F>;

/**
 * A start of your own: how the first picture is filled.
 *
 * @example
 * const ramp = defineStart({
 *   type: "ramp",
 *   doc: "From black on the left to white on the right",
 *   params: {},
 *   fill: (_, shape) => Float32Array.from({ length: size(shape) }, (_, i) => (i % shape.at(-1)!) / (shape.at(-1)! - 1)),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineStart<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & StartParts<F>,
): StartDefinition<F, Type> {
  return define("start", definition) as never;
}
