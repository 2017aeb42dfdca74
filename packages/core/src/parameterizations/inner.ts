import type { Assets, ParameterizationContext } from "../define/parameterization.js";
import type { Tensors, Values } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Rng } from "../rng.js";
import { beginAlone, beginAt } from "../starts/begin.js";
import type { Shape, Tensor } from "../tensor.js";

type Names = Pick<Assets, "parameterization">;

/** A parameterization with its parameters: its variables carry a prefix, so that several fit in one graph. */
export interface Inner {
  readonly restarts: number;
  /** As it begins by itself, or at uniform noise. */
  initial(shape: Shape, rngs: readonly Rng[], assets: Assets): Tensors;
  /** Throws `bad-argument` where it cannot begin at a picture. */
  invert(pictures: Tensor, assets: Assets): Tensors;
  build(state: Values, context: ParameterizationContext): Value;
  project(state: Values, context: ParameterizationContext): Values;
}

/** Throws `bad-argument` for a spec that is wrong, of no such type, or of one that has no place inside another one. */
export function innerOf(names: Names, given: Spec, prefix = ""): Inner {
  const { definition, spec } = names.parameterization(given);
  if (definition.isOutermost) {
    throw new XstarError("bad-argument", `The parameterization "${spec.type}" has no place inside another one`, {
      hint: "Put the other one inside it",
    });
  }
  const outside = <T>(own: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(own).map(([name, x]) => [prefix + name, x]));
  const inside = (state: Values) =>
    Object.fromEntries(
      Object.entries(state).flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
    );
  return {
    restarts: definition.restarts?.(spec, names) ?? 1,
    initial: (shape, rngs, assets) => outside(beginAlone(definition, spec, { shape, rngs, assets })),
    invert: (pictures, assets) => outside(beginAt(definition, spec, pictures, { assets })),
    build: (state, context) => definition.build(spec, inside(state), context),
    project: (state, context) => outside(definition.project?.(spec, inside(state), context) ?? inside(state)),
  };
}
