import {
  lookUp,
  parseWords,
  printWords,
  standard,
  type fields,
  type Spec,
  type SpecDefinition,
  type SpecKind,
  type Table,
} from "@xstar/core";

export type WordKind = "optimizer" | "schedule" | "parameterization" | "transform" | "objective";

const tableOf = (kind: WordKind): Table<SpecDefinition> => standard[kind];

/** What can be chosen of a kind, with what it is; of objectives the penalties. */
export function choicesOf(kind: WordKind): readonly { readonly type: string; readonly doc: string }[] {
  const all = Object.values(standard[kind]) as readonly {
    type: string;
    doc: string;
    isPenalty?: boolean;
    params: fields.Fields;
  }[];
  return all.filter(({ isPenalty }) => kind !== "objective" || isPenalty).map(({ type, doc }) => ({ type, doc }));
}

/** The spec that words stand for; undefined for words that make no sense. */
export function specOf(kind: WordKind, words: string | undefined): Spec | undefined {
  if (words === undefined || words === "" || words === "none") return undefined;
  try {
    return parseWords(standard, kind as SpecKind, words);
  } catch {
    return undefined;
  }
}

/** The fields of a spec that a control can change: numbers, words, yes and no. */
export function controlsOf(kind: WordKind, { type }: Spec): readonly (readonly [string, fields.Field<unknown>])[] {
  const { params } = lookUp(tableOf(kind), { type }, kind);
  return Object.entries(params as fields.Fields).filter(([, { isData }]) => !isData);
}

/** The words of a spec with one parameter changed. Throws `bad-argument` for a value that does not fit. */
export function changed(kind: WordKind, spec: Spec, name: string, text: string): string {
  const { params } = lookUp(tableOf(kind), spec, kind);
  const field = (params as fields.Fields)[name]!;
  const inner = field.kind === "parameterization" ? parseWords(standard, "parameterization", text) : undefined;
  const value: unknown = text === "" ? undefined : (inner ?? field.parse(text, name));
  const next = { ...spec, [name]: value } as Spec;
  return printWords(standard, kind as SpecKind, next);
}
