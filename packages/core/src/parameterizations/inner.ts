import {
  lookUp,
  type Assets,
  type ParameterizationContext,
  type ParameterizationDefinition,
  type Tensors,
  type Values,
} from "../define/define.js";
import { parseFields, type Fields, type Spec } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { beginAlone, beginAt } from "../starts/begin.js";
import { cppn } from "./cppn.js";
import { fourier } from "./fourier.js";
import { generator } from "./generator.js";
import { maco } from "./maco.js";
import { pixel } from "./pixel.js";
import { pyramid } from "./pyramid.js";
import { shared } from "./shared.js";

/** The parameterizations that stand by themselves: those that others may have inside. */
export const whole: Readonly<Record<string, ParameterizationDefinition<any>>> = {
  pixel,
  fourier,
  pyramid,
  cppn,
  maco,
  shared,
  generator,
};

/** A parameterization with its parameters: its variables carry a prefix, so that several fit in one graph. */
export interface Inner {
  readonly tries: number;
  /** As it begins by itself, or at uniform noise. */
  initial(shape: Shape, rngs: readonly Rng[], assets: Assets): Tensors;
  /** Throws `bad-argument` where it cannot begin at a picture. */
  invert(pictures: Tensor, assets: Assets): Tensors;
  build(state: Values, context: ParameterizationContext): Value;
  project(state: Values, context: ParameterizationContext): Values;
}

/** Throws `bad-argument` for a spec that is wrong or of no such type. */
export function innerOf(given: Spec, prefix = ""): Inner {
  const definition = lookUp(whole, given, "parameterization to have inside another one");
  const { type, ...rest } = given;
  const spec = parseFields(type, definition.params as Fields, rest);
  const outside = <T>(own: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(own).map(([name, x]) => [prefix + name, x]));
  const inside = (state: Values) =>
    Object.fromEntries(
      Object.entries(state).flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
    );
  return {
    tries: definition.tries?.(spec) ?? 1,
    initial: (shape, rngs, assets) => outside(beginAlone(definition, spec, { shape, rngs, assets })),
    invert: (pictures, assets) => outside(beginAt(definition, spec, pictures, { assets })),
    build: (state, context) => definition.build(spec, inside(state), context),
    project: (state, context) => outside(definition.project?.(spec, inside(state), context) ?? inside(state)),
  };
}
