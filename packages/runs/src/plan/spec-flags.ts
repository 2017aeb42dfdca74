import { lookUp, parameterizations, XstarError, type Definition, type fields, type Spec } from "@xstar/core";

/** Definitions of one kind by type, such as all optimizers. */
export type DefinitionTable = Readonly<Record<string, Definition<fields.Fields>>>;

type Given = Readonly<Record<string, unknown>>;

/**
 * Reads `jitter:pixels=4`, `pixel:range=0,1,squash=sigmoid`, `masked:inner=(fourier:decay=2),...`, just `adam`, or JSON;
 * `given` are more parameters, from flags of their own. Throws `bad-argument`.
 */
export function parseSpec(table: DefinitionTable, text: string, kind: string, given: Given = {}): Spec {
  const { type, ...params } = text.trimStart().startsWith("{") ? parseJson(text, kind) : parseWords(text);
  return makeSpec(table, { type }, kind, { ...params, ...given });
}

/**
 * A spec as flags change it: `text` chooses another one, `given` are some of its parameters; what neither says is as in
 * `base`. Throws `bad-argument`.
 */
export function changeSpec(
  table: DefinitionTable,
  base: Spec,
  kind: string,
  { text, given }: { readonly text: string | undefined; readonly given: Given },
): Spec {
  if (text !== undefined) return parseSpec(table, text, kind, given);
  const { type, ...params } = base;
  return makeSpec(table, { type }, kind, { ...params, ...given });
}

/** Checks the parameters, of which those that are parameterizations may be text. */
function makeSpec(table: DefinitionTable, { type }: Spec, kind: string, given: Given): Spec {
  const definition = lookUp(table, { type }, kind);
  const read = ([name, value]: [string, unknown]) =>
    typeof value === "string" && definition.params[name]?.kind === "parameterization"
      ? [name, parseSpec(parameterizations, withoutParentheses(value), `parameterization for "${name}"`)]
      : [name, value];
  return definition(Object.fromEntries(Object.entries(given).map(read)));
}

const withoutParentheses = (text: string) => /^\s*\((.*)\)\s*$/s.exec(text)?.[1] ?? text;

function parseWords(text: string): Spec {
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

/** `name=value`. */
export function parseAssignment(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
}
