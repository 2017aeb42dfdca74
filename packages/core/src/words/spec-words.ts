import { lookUp, type Table } from "../define/definition.js";
import type { Fields } from "../define/fields.js";
import type { Spec, SpecKind } from "../define/spec.js";
import type { SpecDefinition, Vocabulary } from "../define/vocabulary.js";
import { kindIn } from "../define/walk.js";
import { XstarError } from "../errors.js";

type Given = Readonly<Record<string, unknown>>;

/**
 * The spec that words stand for: `jitter:pixels=4`, `pixel:range=0,1,squash=sigmoid`, `masked:inner=(fourier:decay=2),...`, just
 * `adam`, or JSON; `given` are more parameters. Throws `bad-argument`.
 *
 * @example
 * parseWords(standard, "transform", "jitter:pixels=4"); // { type: "jitter", pixels: 4 }
 */
export function parseWords<Kind extends SpecKind>(
  vocabulary: Vocabulary,
  kind: Kind,
  text: string,
  given: Given = {},
): Spec<Kind> {
  const { type, ...params } = text.trimStart().startsWith("{") ? parseJson(text, kind) : split(text);
  return makeSpec(vocabulary, kind, type, { ...params, ...given });
}

/**
 * A spec with some of its parameters changed; those of the others that are inside it may be words. Throws `bad-argument`.
 *
 * @example
 * withParameters(standard, "optimizer", adam({}), { learningRate: 0.1 });
 */
export function withParameters<Kind extends SpecKind>(
  vocabulary: Vocabulary,
  kind: Kind,
  { type, ...params }: Spec<Kind>,
  given: Given,
): Spec<Kind> {
  return makeSpec(vocabulary, kind, type, { ...params, ...given });
}

/** Checks the parameters, of which those that are specs may be words. */
function makeSpec<Kind extends SpecKind>(vocabulary: Vocabulary, kind: Kind, type: string, given: Given): Spec<Kind> {
  const table: Table<SpecDefinition> = vocabulary[kind];
  const definition = lookUp(table, { type }, kind);
  const fields = definition.params as Fields;
  const read = ([name, value]: [string, unknown]) => {
    const inner = Object.hasOwn(fields, name) ? kindIn(fields[name]!) : undefined;
    const isWords = inner !== undefined && inner !== "objective" && typeof value === "string";
    return isWords ? [name, parseWords(vocabulary, inner, withoutParentheses(value))] : [name, value];
  };
  return definition(Object.fromEntries(Object.entries(given).map(read))) as Spec<Kind>;
}

const withoutParentheses = (text: string) => /^\s*\((.*)\)\s*$/s.exec(text)?.[1] ?? text;

function split(text: string): Spec {
  const [, type = "", list = ""] = /^([^:]*):?(.*)$/s.exec(text)!;
  return { type: type.trim(), ...Object.fromEntries(parseAssignments(list)) };
}

function parseJson(text: string, kind: string): Spec {
  try {
    return JSON.parse(text) as Spec;
  } catch {
    throw new XstarError("bad-argument", `The ${kind} ${text} is no JSON`, {
      hint: 'Write it as {"type":"fourier","decay":1.5}, or in words as fourier:decay=1.5',
    });
  }
}

/** `name=value` pairs with commas between; a value may hold commas too, and whole pairs within brackets. */
function parseAssignments(list: string): [string, string][] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i < list.length; i++) {
    depth += Number("([{".includes(list[i]!)) - Number(")]}".includes(list[i]!));
    if (depth > 0 || list[i] !== "," || !/^\s*\w+\s*=/.test(list.slice(i + 1))) continue;
    parts.push(list.slice(from, i));
    from = i + 1;
  }
  return list === "" ? [] : [...parts, list.slice(from)].map(parseAssignment);
}

/**
 * `name=value`.
 *
 * @example
 * parseAssignment("decay=1.5"); // ["decay", "1.5"]
 */
export function parseAssignment(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
}
