import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Field, WithFallback } from "./field.js";

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

export function parseNumber(x: unknown, name: string, whole: boolean, bounds: Bounds): number {
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
