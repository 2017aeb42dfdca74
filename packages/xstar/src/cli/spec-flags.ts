import { lookUp, type Definition, type fields, type Spec } from "@xstar/core";

/** Definitions of one kind by type, such as all optimizers. */
export type DefinitionTable = Readonly<Record<string, Definition<fields.Fields>>>;

type Given = Readonly<Record<string, unknown>>;

/**
 * Reads `jitter:pixels=4`, `pixel:range=0,1,squash=sigmoid` or just `adam`; `given` are more parameters, from flags of
 * their own. Throws `bad-argument`.
 */
export function parseSpec(table: DefinitionTable, text: string, kind: string, given: Given = {}): Spec {
  const [, type = "", list = ""] = /^([^:]*):?(.*)$/s.exec(text)!;
  return lookUp(table, { type }, kind)({ ...Object.fromEntries(parseAssignments(list)), ...given });
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
  const { type: _, ...params } = base;
  return lookUp(table, base, kind)({ ...params, ...given });
}

/** `name=value` pairs with commas between; a value may hold commas too. */
function parseAssignments(list: string): [string, string][] {
  return list === "" ? [] : list.split(/,(?=\s*\w+\s*=)/).map(parseAssignment);
}

/** `name=value`. */
export function parseAssignment(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
}
