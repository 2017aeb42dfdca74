import { lookUp, type Definition, type fields, type Spec } from "@xstar/core";

/** Definitions of one kind by type, such as all optimizers. */
export type DefinitionTable = Readonly<Record<string, Definition<fields.Fields>>>;

/**
 * Reads `jitter:pixels=4`, `pixel:range=0,1,squash=sigmoid` or just `adam`; `given` are more parameters, from flags of
 * their own. Throws `bad-argument`.
 */
export function parseSpec(
  table: DefinitionTable,
  text: string,
  kind: string,
  given: Readonly<Record<string, unknown>> = {},
): Spec {
  const [, type = "", list = ""] = /^([^:]*):?(.*)$/s.exec(text)!;
  return lookUp(table, { type }, kind)({ ...Object.fromEntries(parseAssignments(list)), ...given });
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

/** The parameters of all definitions of a table, once each: for flags. */
export function paramsOf(table: DefinitionTable): Map<string, fields.Field<unknown, unknown>> {
  return new Map(Object.values(table).flatMap(({ params }) => Object.entries(params)));
}

/** Lines of help: every definition with its parameters and their defaults. */
export function describeTable(title: string, table: DefinitionTable): string {
  const lines = Object.values(table).map(({ type, doc, params }) => {
    const list = Object.entries(params).map(([name, { fallback }]) =>
      fallback === undefined ? name : `${name}=${fallback}`,
    );
    return `  ${[type, list.join(",")].filter(Boolean).join(":")}\n      ${doc}`;
  });
  return [`${title}:`, ...lines].join("\n");
}

/** `learningRate` as a flag: `--learning-rate`. */
export function flagName(param: string): string {
  return `--${param.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
