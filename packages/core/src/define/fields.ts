import { nearest, oneOf, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { isSpec, type Spec } from "./spec.js";

/**
 * One parameter of a definition: yields its type, its validation, its flag on the command line and its line in the docs.
 * `Given` is its JSON form; `Built` is what `build` receives.
 */
export interface Field<Given, Built = Given> {
  readonly kind: string;
  readonly doc: string;
  readonly fallback?: Given;
  readonly optional?: boolean;
  /** A live field is a graph input: its value can change without compiling again, and differ within a batch. */
  readonly live?: "float32" | "int64";
  readonly choices?: readonly string[];
  /** Whether it holds as many numbers as a picture, which records leave out. */
  readonly isData?: boolean;
  parse(x: unknown, name: string): Given;
  /** Only for types: never set. */
  readonly built?: Built;
}

/** The parameters of a definition, by name. */
export type Fields = Readonly<Record<string, Field<any, any>>>;

type GivenOf<F> = F extends Field<infer Given, any> ? Given : never;
type BuiltOf<F> =
  F extends Field<any, infer Built> ? (F extends { optional: true } ? Built | undefined : Built) : never;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { fallback: unknown } | { optional: true } ? K : never;
}[keyof F];

/** True for `any`, which stands for the fields of any definition in a table. */
export type IsAny<F> = 0 extends 1 & F ? true : false;

/** What a caller gives: fields with a default may be left out. */
export type Given<F extends Fields> =
  IsAny<F> extends true
    ? any
    : { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: GivenOf<F[K]> } & {
        readonly [K in OptionalKeys<F>]?: GivenOf<F[K]> | undefined;
      };

/** What was given, defaults filled in. */
export type Parsed<F extends Fields> =
  IsAny<F> extends true
    ? any
    : { readonly [K in keyof F]: F[K] extends { optional: true } ? GivenOf<F[K]> | undefined : GivenOf<F[K]> };

/** What `build` receives: live fields as values of the graph. */
export type Built<F extends Fields> = IsAny<F> extends true ? any : { readonly [K in keyof F]: BuiltOf<F[K]> };

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** In the place of `min`: the number must be larger. */
  readonly above?: number;
}

function inWords({ min, max, above }: Bounds): string {
  if (above !== undefined) return ` above ${above}${max === undefined ? "" : ` and at most ${max}`}`;
  if (min !== undefined) return max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function parseNumber(x: unknown, name: string, whole: boolean, bounds: Bounds): number {
  const { min = -Infinity, max = Infinity, above = -Infinity } = bounds;
  const value = typeof x === "string" && x.trim() !== "" ? Number(x) : x;
  const kind = whole ? "a whole number" : "a number";
  if (
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    value > above &&
    (!whole || Number.isSafeInteger(value))
  )
    return value;
  throw new XstarError(
    "bad-argument",
    `"${name}" must be ${kind}${inWords(bounds)}: current value is ${typeof x === "number" ? x : (JSON.stringify(x) ?? String(x))}`,
  );
}

type WithFallback<F, T> = F & { readonly fallback: T };

/**
 * A live number: a float32 graph input, one for each picture of the batch in objectives, one in all elsewhere.
 *
 * @example
 * const params = { weight: fields.number("how much it counts", { fallback: 1, min: 0 }) };
 */
export function number(doc: string, options: Bounds & { fallback: number }): WithFallback<Field<number, Value>, number>;
export function number(doc: string, options?: Bounds): Field<number, Value>;
/* @__NO_SIDE_EFFECTS__ */
export function number(doc: string, options: Bounds & { fallback?: number } = {}): Field<number, Value> {
  const { fallback, ...bounds } = options;
  const parse = (x: unknown, name: string) => parseNumber(x, name, false, bounds);
  return { kind: "number", doc, live: "float32", parse, ...(fallback !== undefined && { fallback }) };
}

/**
 * A live index, counted from 0: an int64 graph input.
 *
 * @example
 * const params = { channel: fields.index("the channel, from 0") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function index(doc: string): Field<number, Value> {
  return { kind: "index", doc, live: "int64", parse: (x, name) => parseNumber(x, name, true, { min: 0 }) };
}

/**
 * A whole number that shapes the graph.
 *
 * @example
 * const params = { octaves: fields.int("how many sizes", { fallback: 3, min: 1 }) };
 */
export function int(doc: string, options: Bounds & { fallback: number }): WithFallback<Field<number>, number>;
export function int(doc: string, options?: Bounds): Field<number>;
/* @__NO_SIDE_EFFECTS__ */
export function int(doc: string, options: Bounds & { fallback?: number } = {}): Field<number> {
  const { fallback, ...bounds } = options;
  const parse = (x: unknown, name: string) => parseNumber(x, name, true, bounds);
  return { kind: "int", doc, parse, ...(fallback !== undefined && { fallback }) };
}

/**
 * A number that is fixed when the graph is built, or used on the host only.
 *
 * @example
 * const params = { largest: fields.fixed("largest angle, in degrees", { fallback: 5 }) };
 */
/* @__NO_SIDE_EFFECTS__ */
export function fixed(doc: string, options: Bounds & { fallback: number }): WithFallback<Field<number>, number> {
  const { fallback, ...bounds } = options;
  return { kind: "number", doc, fallback, parse: (x, name) => parseNumber(x, name, false, bounds) };
}

/**
 * The name of a layer: of a value of the model, or of the node that computes it.
 *
 * @example
 * const params = { layer: fields.layer("the layer") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function layer(doc: string): Field<string> {
  return {
    kind: "layer",
    doc,
    parse(x, name) {
      if (typeof x === "string" && x !== "") return x;
      throw new XstarError(
        "bad-argument",
        `"${name}" must be the name of a layer: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

/**
 * One of some words.
 *
 * @example
 * const params = { mode: fields.choice("what lies outside", ["edge", "mirror"], "edge") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function choice<const T extends string>(
  doc: string,
  choices: readonly T[],
  fallback: T,
): WithFallback<Field<T>, T> {
  return {
    kind: "choice",
    doc,
    choices,
    fallback,
    parse(x, name) {
      const found = choices.find((one) => one === x);
      if (found !== undefined) return found;
      throw new XstarError(
        "bad-argument",
        `"${name}" must be ${oneOf(choices)}: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

/**
 * A lower and an upper bound.
 *
 * @example
 * const params = { range: fields.optional(fields.range("black and white of the picture")) };
 */
/* @__NO_SIDE_EFFECTS__ */
export function range(doc: string): Field<readonly [number, number]> {
  return {
    kind: "range",
    doc,
    parse(x, name) {
      const pair = typeof x === "string" ? x.split(",").map(Number) : x;
      if (Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite) && pair[0] < pair[1])
        return [pair[0], pair[1]];
      throw new XstarError(
        "bad-argument",
        `"${name}" must be two numbers, low,high with low < high: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

/**
 * A list of numbers of any length; typed arrays become plain ones, which JSON keeps, and text is split at commas.
 *
 * @example
 * const params = { factors: fields.numbers("the factors to choose from", { fallback: [0.9, 1, 1.1], above: 0 }) };
 */
export function numbers(
  doc: string,
  options: { fallback: readonly number[]; above?: number },
): WithFallback<Field<readonly number[]>, readonly number[]>;
export function numbers(doc: string, options?: { above?: number }): Field<ArrayLike<number>>;
/* @__NO_SIDE_EFFECTS__ */
export function numbers(
  doc: string,
  { fallback, above = -Infinity }: { fallback?: readonly number[]; above?: number } = {},
): Field<ArrayLike<number>> {
  return {
    kind: "numbers",
    doc,
    ...(fallback && { fallback }),
    parse(x, name) {
      const text = typeof x === "string" && x.trim() !== "" ? x.split(",").map(Number) : x;
      const list: readonly unknown[] | undefined =
        Array.isArray(text) || ArrayBuffer.isView(text) ? Array.from(text as ArrayLike<unknown>) : undefined;
      if (list?.every((one) => Number.isFinite(one) && (one as number) > above) && !(fallback && list.length === 0))
        return list as readonly number[];
      const kind = above > -Infinity ? `finite numbers above ${above}` : "finite numbers";
      throw new XstarError("bad-argument", `"${name}" must be a list of ${kind}`);
    },
  };
}

/**
 * A list of numbers as long as a picture, of which a record keeps the length alone.
 *
 * @example
 * const params = { values: fields.data("the picture, [channels, height, width]") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function data(doc: string): Field<ArrayLike<number>> {
  return { ...numbers(doc), isData: true };
}

/**
 * A live list of numbers: in objectives one for each picture, [batch, length]; pictures of one length share a graph.
 *
 * @example
 * const params = { vector: fields.vector("the direction, one number for each channel") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function vector(doc: string): Field<ArrayLike<number>, Value> {
  const { parse } = numbers(doc);
  return {
    kind: "numbers",
    doc,
    live: "float32",
    parse(x, name) {
      const list = parse(x, name);
      if (list.length > 0) return list;
      throw new XstarError("bad-argument", `"${name}" must be a list of at least one number`);
    },
  };
}

/**
 * Yes or no.
 *
 * @example
 * const params = { vertical: fields.flag("top to bottom instead", false) };
 */
/* @__NO_SIDE_EFFECTS__ */
export function flag(doc: string, fallback: boolean): WithFallback<Field<boolean>, boolean> {
  return {
    kind: "flag",
    doc,
    fallback,
    parse(x, name) {
      if (x === true || x === "true") return true;
      if (x === false || x === "false") return false;
      throw new XstarError("bad-argument", `"${name}" must be true or false: current value is ${JSON.stringify(x)}`);
    },
  };
}

/**
 * The name of a picture, of pictures or of a model that is given beside the specs; on the command line its path.
 *
 * @example
 * const params = { image: fields.asset("image", "the picture to start from") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function asset(kind: "image" | "images" | "model", doc: string): Field<string> {
  return {
    kind,
    doc,
    parse(x, name) {
      if (typeof x === "string" && x !== "") return x;
      const what = { image: "a picture", images: "a picture or several", model: "a model" }[kind];
      throw new XstarError("bad-argument", `"${name}" must name ${what}: current value is ${JSON.stringify(x)}`);
    },
  };
}

/**
 * A class by its index from 0, or by its label: a live index.
 *
 * @example
 * const params = { class: fields.classOf("the class, by number or label") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function classOf(doc: string): Field<number | string, Value> {
  return {
    kind: "class",
    doc,
    live: "int64",
    parse(x, name) {
      const isLabel = typeof x === "string" && x.trim() !== "" && Number.isNaN(Number(x));
      return isLabel ? x : parseNumber(x, name, true, { min: 0 });
    },
  };
}

/**
 * A parameterization inside another one.
 *
 * @example
 * const params = { inner: fields.innerParameterization("what makes the picture", pixel({})) };
 */
/* @__NO_SIDE_EFFECTS__ */
export function innerParameterization(
  doc: string,
  fallback: Spec<"parameterization">,
): WithFallback<Field<Spec<"parameterization">>, Spec<"parameterization">> {
  return {
    kind: "parameterization",
    doc,
    fallback,
    parse(x, name) {
      const spec = typeof x === "string" && x !== "" ? { type: x } : x;
      if (isSpec(spec)) return spec;
      throw new XstarError(
        "bad-argument",
        `"${name}" must be a parameterization: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

/**
 * An objective inside another one, or a number; `build` receives what that one built.
 *
 * @example
 * const params = { of: fields.innerObjective("what is doubled") };
 */
/* @__NO_SIDE_EFFECTS__ */
export function innerObjective(doc: string): Field<Spec<"objective"> | number, Value> {
  return {
    kind: "objective",
    doc,
    parse(x, name) {
      if (typeof x === "number" && Number.isFinite(x)) return x;
      if (isSpec(x)) return x;
      throw new XstarError(
        "bad-argument",
        `"${name}" must be an objective or a number: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

/**
 * A parameter that may be left out, without a default.
 *
 * @example
 * const params = { axis: fields.optional(fields.int("the axis of the units")) };
 */
/* @__NO_SIDE_EFFECTS__ */
export function optional<F extends Field<any, any>>(field: F): F & { readonly optional: true } {
  return { ...field, optional: true };
}

/**
 * Checks what a caller gave and fills in defaults. Throws `bad-argument` naming the field, its bounds and the value.
 *
 * @example
 * const params = { weight: fields.number("how much it counts", { fallback: 1 }) };
 * fields.parseFields("mine", params, {}); // { type: "mine", weight: 1 }
 */
export function parseFields(type: string, fields: Fields, given: Readonly<Record<string, unknown>>): Spec {
  const unknown = Object.keys(given).find((name) => name !== "type" && !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    const names = Object.keys(fields);
    throw new XstarError("bad-argument", `"${type}" has no parameter "${unknown}"`, {
      hint: names.length > 0 ? `Did you mean ${oneOf(nearest(unknown, names))}?` : "It takes none",
    });
  }
  const parsed = Object.entries(fields).flatMap(([name, field]) => {
    const x = given[name] ?? field.fallback;
    if (x !== undefined) return [[name, field.parse(x, name)] as const];
    if (field.optional) return [];
    throw new XstarError("bad-argument", `"${type}" needs its parameter "${name}": ${field.doc}`);
  });
  return { type, ...Object.fromEntries(parsed) };
}
