/** A part of a table, loaded when one of its names is needed: a bundler makes a file of its own of it. */
export interface Family<T> {
  readonly names: readonly string[];
  load(): Promise<Readonly<Record<string, T>>>;
}

/** A table of which a part is always there. */
export interface SplitTable<T> {
  readonly common: Readonly<Record<string, T>>;
  readonly families: readonly Family<T>[];
}

/** The common entries, and those of every family of which a name is needed. */
export async function entriesFor<T>(
  { common, families }: SplitTable<T>,
  needed: Iterable<string>,
): Promise<Readonly<Record<string, T>>> {
  const names = new Set(needed);
  const wanted = families.filter((family) => family.names.some((name) => names.has(name)));
  return Object.assign({}, common, ...(await Promise.all(wanted.map((family) => family.load()))));
}

/** The whole table. */
export const allEntries = <T>(table: SplitTable<T>): Promise<Readonly<Record<string, T>>> =>
  entriesFor(
    table,
    table.families.flatMap(({ names }) => names),
  );
