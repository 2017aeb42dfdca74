import type { Rolldown } from "vite";

type Groups = NonNullable<Extract<Rolldown.OutputOptions["codeSplitting"], object>["groups"]>;
type GetModule = (id: string) => Rolldown.ModuleInfo | null;

interface EagerOptions {
  /** The entry that needs it. */
  readonly entry: RegExp;
  /** Lists of a package's exports of which the entry needs little, and what it needs of them. */
  readonly lists: RegExp;
  readonly of: RegExp;
  readonly name: string;
}

/**
 * What an entry needs at once, in one file: in many small ones, which late parts share with it, it would be compressed a sixth worse.
 * What is imported on demand stays apart.
 */
export function eager({ name, ...options }: EagerOptions): Groups {
  let needed: ReadonlySet<string> | undefined;
  return [
    {
      includeDependenciesRecursively: false,
      name(id, context) {
        const getModule: GetModule = (one) => context.getModuleInfo(one);
        needed ??= reachedFrom(entryAbove(id, options.entry, getModule), options, getModule);
        return needed?.has(id) ? name : null;
      },
    },
  ];
}

function reachedFrom(
  entry: string | undefined,
  { lists, of }: Pick<EagerOptions, "lists" | "of">,
  getModule: GetModule,
) {
  if (entry === undefined) return undefined;
  return walk([entry], (id) => {
    const imported = getModule(id)?.importedIds ?? [];
    return lists.test(id) ? imported.filter((one) => of.test(one)) : imported;
  });
}

function entryAbove(from: string, entry: RegExp, getModule: GetModule): string | undefined {
  const above = walk([from], (id) => {
    const { importers = [], dynamicImporters = [] } = getModule(id) ?? {};
    return [...importers, ...dynamicImporters];
  });
  return [...above].find((id) => entry.test(id));
}

function walk(from: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(from);
  for (const id of found) for (const one of next(id)) found.add(one);
  return found;
}
