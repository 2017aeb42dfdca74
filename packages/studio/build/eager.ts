import { parseSync, type Rolldown } from "vite";

type Groups = NonNullable<Extract<Rolldown.OutputOptions["codeSplitting"], object>["groups"]>;
type GetModule = (id: string) => Rolldown.ModuleInfo | null;

interface EagerOptions {
  /** The entry that needs it. */
  readonly entry: RegExp;
  /** Packages whose lists of exports are longer than what the entry needs of them: what is imported by name counts. */
  readonly lists: RegExp;
  readonly name: string;
}

/**
 * What an entry needs at once, in one file: in many small ones, which late parts share with it, it would be compressed a sixth worse.
 * What is imported on demand stays apart.
 */
export function eager({ name, entry, lists }: EagerOptions): Groups {
  let needed: ReadonlySet<string> | undefined;
  return [
    {
      includeDependenciesRecursively: false,
      name(id, context) {
        const getModule: GetModule = (one) => context.getModuleInfo(one);
        needed ??= reachedFrom(entryAbove(id, entry, getModule), lists, getModule);
        return needed?.has(id) ? name : null;
      },
    },
  ];
}

function reachedFrom(entry: string | undefined, lists: RegExp, getModule: GetModule) {
  if (entry === undefined) return undefined;
  return walk([entry], (id) => {
    const imported = getModule(id)?.importedIds ?? [];
    const listed = imported.filter((one) => lists.test(one));
    if (listed.length === 0) return imported;
    const names = namesIn(getModule(id));
    return imported.flatMap((one) => (listed.includes(one) ? placesOf(names, getModule(one)) : [one]));
  });
}

/** What a module imports by name, from wherever. */
function namesIn(module: Rolldown.ModuleInfo | null): ReadonlySet<string> {
  const { body } = parseSync("module.js", module?.code ?? "").program;
  const specifiers = body.flatMap((node) => (node.type === "ImportDeclaration" ? node.specifiers : []));
  return new Set(
    specifiers.flatMap((one) =>
      one.type === "ImportSpecifier" && one.imported.type === "Identifier" ? [one.imported.name] : [],
    ),
  );
}

/** The modules of a list that export these names. */
function placesOf(names: ReadonlySet<string>, list: Rolldown.ModuleInfo | null): string[] {
  const { body } = parseSync("list.js", list?.code ?? "").program;
  return body.flatMap((node) => {
    if (!("source" in node) || !node.source || typeof node.source.value !== "string") return [];
    const isNeeded =
      node.type !== "ExportNamedDeclaration" ||
      node.specifiers.some(({ exported }) => exported.type === "Identifier" && names.has(exported.name));
    const place = node.source.value.replace(/^\./, "");
    return isNeeded ? (list!.importedIds.filter((id) => id.endsWith(place)) ?? []) : [];
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
