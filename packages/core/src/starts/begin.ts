import type { Assets, ParameterizationDefinition } from "../define/parameterization.js";
import type { Tensors } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { drawEach } from "./random.js";

/** The variables for start pictures. Throws `bad-argument` where a parameterization cannot begin at one. */
export function beginAt(
  definition: Pick<ParameterizationDefinition, "invert" | "isTransparent">,
  spec: Spec,
  pictures: Tensor,
  { assets, opacity }: { readonly assets: Assets; readonly opacity?: Tensor | undefined },
): Tensors {
  if (opacity && !definition.isTransparent) {
    throw new XstarError(
      "bad-argument",
      `The parameterization "${spec.type}" cannot begin at a picture with an opacity`,
      {
        hint: 'Begin at its colours alone, or choose the parameterization "alpha"',
      },
    );
  }
  if (definition.invert) return definition.invert(spec, pictures, assets, opacity);
  throw new XstarError("bad-argument", `The parameterization "${spec.type}" cannot begin at a picture`, {
    hint: "Leave the start out: it begins by itself",
  });
}

/** The variables as a parameterization begins by itself, or those for pictures of uniform noise. */
export function beginAlone(
  definition: Pick<ParameterizationDefinition, "initial" | "invert">,
  spec: Spec,
  { shape, rngs, assets }: { shape: Shape; rngs: readonly Rng[]; assets: Assets },
): Tensors {
  if (definition.initial) return definition.initial(spec, shape, rngs, assets);
  const noise = drawEach(shape, rngs, (rng) => rng.uniform());
  return beginAt(definition, spec, noise, { assets });
}
