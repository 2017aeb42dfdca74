import { suggest, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Tensor } from "../tensor.js";
import { parseFields, type Fields, type Given, type IsAny, type Parsed } from "./fields.js";
import type { Spec, SpecKind } from "./spec.js";

/** Values of a graph, by name. */
export type Values = Readonly<Record<string, Value>>;
/** Tensors, by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Parameters may be left out altogether where every one of them has a default. */
type Arguments<F extends Fields> = object extends Given<F> ? [given?: Given<F>] : [given: Given<F>];

/** A spec with its parameters. */
type Made<F extends Fields, Kind extends SpecKind, Type extends string> =
  IsAny<F> extends true ? Spec<Kind, Type> : Spec<Kind, Type> & Parsed<F>;

/** What every definition has: calling it checks the parameters and gives plain JSON. */
// oxlint-disable-next-line typescript/no-explicit-any
export interface Definition<F extends Fields = any, Kind extends SpecKind = SpecKind, Type extends string = string> {
  (...given: Arguments<F>): Made<F, Kind, Type>;
  readonly kind: Kind;
  readonly type: Type;
  /** One sentence: what it is, and where it is from. */
  readonly doc: string;
  readonly params: F;
  /** Parameters of a spec that shows how it is used. */
  readonly example?: Given<F>;
}

/** What every kind of definition is made from. */
export interface DefinitionParts<F extends Fields, Type extends string> {
  readonly type: Type;
  /** One sentence: what it is, and where it is from. */
  readonly doc: string;
  readonly params: F;
  /** Parameters of a spec that shows how it is used: for `xstar list`, the docs and the tests. */
  readonly example?: Given<F>;
}

/* @__NO_SIDE_EFFECTS__ */
export function define<
  const F extends Fields,
  const Kind extends SpecKind,
  const Type extends string,
  Parts extends DefinitionParts<F, Type>,
>(
  kind: Kind,
  definition: Parts & DefinitionParts<F, Type>,
): Definition<F, Kind, Type> & Omit<Parts, "type" | "example"> {
  const { type, params } = definition;
  const make = (given: Given<F> = {} as Given<F>) => parseFields(type, params, given);
  return Object.assign(make, { ...definition, kind }) as never;
}

/** Definitions of one kind, by type. */
export type Table<D> = Readonly<Record<string, D>>;

/**
 * The definition that a spec names. Throws `bad-argument` naming the nearest ones.
 *
 * @example
 * lookUp(objectives, { type: "tv" }, "objective").doc;
 */
export function lookUp<D extends Definition>(table: Table<D>, spec: Spec, kind: string): D {
  if (typeof spec?.type !== "string") {
    throw new XstarError("bad-argument", `No ${kind} is without a type: current value is ${JSON.stringify(spec)}`, {
      hint: `Give JSON such as {"type":"${Object.keys(table)[0]}", ...}`,
    });
  }
  const definition = Object.hasOwn(table, spec.type) ? table[spec.type] : undefined;
  if (definition) return definition;
  throw new XstarError("bad-argument", `There is no ${kind} of type "${spec.type}"`, {
    hint: suggest(spec.type, Object.keys(table)),
  });
}

/**
 * The definition that a spec names, and the spec checked, defaults filled in. Throws `bad-argument`.
 *
 * @example
 * const { spec } = parseSpec(standard.optimizer, { type: "adam" }, "optimizer"); // with its defaults
 */
export function parseSpec<D extends Definition>(
  table: Table<D>,
  given: Spec,
  kind: string,
): { readonly definition: D; readonly spec: Spec } {
  const definition = lookUp(table, given, kind);
  const { type, ...rest } = given;
  return { definition, spec: parseFields(type, definition.params as Fields, rest) };
}
