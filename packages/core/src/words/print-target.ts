import { lookUp, type Table } from "../define/definition.js";
import { isSpec, type Spec } from "../define/spec.js";
import type { Fields } from "../define/fields.js";
import type { ObjectiveDefinition } from "../define/objective.js";
import type { SpecDefinition, Vocabulary } from "../define/vocabulary.js";

/** How tightly an operator binds: what binds less needs parentheses inside it. */
const strength: Readonly<Record<string, number>> = { add: 1, sub: 1, mul: 2, div: 2, pow: 3 };
const signs: Readonly<Record<string, string>> = { add: " + ", sub: " - ", mul: " * ", div: " / ", pow: "^" };

/**
 * An objective in the words of a target, which `parseTarget` reads back: `conv2:7 - 0.1*tv`. Parameters that have their defaults
 * are left out. Throws `bad-argument` for a type that there is not.
 *
 * @example
 * printTarget(standard, sub(channel({ layer: "conv2", channel: 7 }), mul(0.1, tv()))); // "conv2:7 - 0.1 * tv"
 */
export function printTarget({ objective: table }: Pick<Vocabulary, "objective">, spec: Spec<"objective">): string {
  return print(table, spec, 0);
}

function print(table: Table<ObjectiveDefinition>, term: Spec | number, outer: number): string {
  if (typeof term === "number") return term < 0 && outer > 0 ? `(${term})` : String(term);
  const own = strength[term.type];
  if (own === undefined) {
    const text = printTerm(table, term);
    // what stands behind a power would belong to the last parameter
    return outer > strength["mul"]! && text.includes("(") ? `(${text})` : text;
  }
  const { left, right } = term as { left?: Spec | number; right?: Spec | number };
  // a sum from the left is one without parentheses, a power from the right
  const [before, after] = term.type === "pow" ? [own + 1, own] : [own, own + 1];
  const text = `${print(table, left!, before)}${signs[term.type]}${print(table, right!, after)}`;
  return own < outer ? `(${text})` : text;
}

function printTerm(table: Table<ObjectiveDefinition>, spec: Spec): string {
  const { type, model, ...params } = spec;
  const scope = model === undefined ? "" : `${String(model)}::`;
  const { layer, channel, y, x } = params as Readonly<Record<string, unknown>>;
  const place = y === undefined ? "" : x === undefined ? `@${String(y)}` : `@${String(y)},${String(x)}`;
  const isShort = Object.keys(params).every((name) => ["layer", "channel", "y", "x"].includes(name));
  if (isShort && type === "layer") return `${scope}${String(layer)}`;
  if (isShort && type === "channel") return `${scope}${String(layer)}:${String(channel)}`;
  if (isShort && type === "neuron") return `${scope}${String(layer)}:${String(channel)}${place || "@"}`;
  if (isShort && type === "spatial") return `${scope}${String(layer)}${place || "@"}`;
  return `${scope}${printParameters(table, spec)}`;
}

function printParameters(table: Table<ObjectiveDefinition>, { type, model: _model, ...params }: Spec): string {
  const fields = lookUp(table, { type }, "objective").params as Fields;
  const given = Object.entries(params).filter(([name, value]) => isOwn(fields, name, value));
  const needed = Object.entries(fields).filter(([, field]) => field.fallback === undefined && !field.optional);
  const [first, ...others] = given;
  if (!first) return type;
  if (others.length === 0 && needed.length === 1 && needed[0]![0] === first[0])
    return `${type}:${printValue(table, first[1])}`;
  return `${type}:${given.map(([name, value]) => `${name}=${printValue(table, value)}`).join(",")}`;
}

/** Whether a parameter is not what it is by itself. */
function isOwn(fields: Fields, name: string, value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== JSON.stringify(fields[name]?.fallback);
}

function printValue(table: Table<ObjectiveDefinition>, value: unknown): string {
  if (isSpec(value)) return `(${print(table, value, 0)})`;
  if (Array.isArray(value)) return value.join(",");
  const text = String(value);
  return typeof value === "string" && /[\s,()"]/.test(text) ? `"${text}"` : text;
}

/**
 * A spec of any other kind in words, which `parseWords` reads back: `jitter:pixels=4`. Parameters that have their defaults are
 * left out.
 *
 * @example
 * printWords(standard, "parameterization", fourier({ decay: 1.5 })); // "fourier:decay=1.5"
 */
export function printWords(vocabulary: Vocabulary, kind: SpecDefinition["kind"], { type, ...params }: Spec): string {
  const table: Table<SpecDefinition> = vocabulary[kind];
  const fields = (Object.hasOwn(table, type) ? table[type]!.params : {}) as Fields;
  const given = Object.entries(params).filter(([name, value]) => value !== null && isOwn(fields, name, value));
  const words = given.map(([name, value]) => {
    const inner = fields[name]?.kind as SpecDefinition["kind"];
    return `${name}=${isSpec(value) ? `(${printWords(vocabulary, inner, value)})` : printPlain(value)}`;
  });
  return words.length === 0 ? type : `${type}:${words.join(",")}`;
}

const printPlain = (value: unknown) => (Array.isArray(value) ? value.join(",") : String(value));
