import { oneOf, suggest, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Field, Fields, WithFallback } from "./field.js";
import { parseNumber } from "./number-fields.js";
import { isSpec, type Spec } from "./spec.js";

export type { Built, Field, Fields, Given, IsAny, Parsed } from "./field.js";
export { data, fixed, index, int, number, numbers, range, vector } from "./number-fields.js";

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
    throw new XstarError("bad-argument", `"${type}" has no parameter "${unknown}"`, {
      hint: suggest(unknown, Object.keys(fields)),
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
