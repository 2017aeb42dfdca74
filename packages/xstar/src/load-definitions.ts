import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isThere } from "./files/folder.js";
import { isDefinition, XstarError, type AnyDefinition } from "@xstar/core";

/**
 * The definitions that modules export, each by itself or in lists: of files by their path from the current folder, or of packages
 * by name. Throws `file-not-readable` for a module that cannot be loaded, `bad-data` for one without definitions.
 *
 * @example
 * const definitions = await loadDefinitions(["./my-parts.js"]);
 * await maximize(model, "contrast:layer=conv2,more=7,less=8", { definitions });
 */
export async function loadDefinitions(modules: readonly string[]): Promise<readonly AnyDefinition[]> {
  const all: AnyDefinition[] = [];
  for (const name of modules) {
    const exported = Object.values(await load(name)).flat();
    const found = exported.filter(isDefinition);
    if (found.length === 0) {
      throw new XstarError("bad-data", `"${name}" exports no definition`, {
        hint: "Export what defineObjective, defineTransform and the like return, under any name",
      });
    }
    all.push(...found);
  }
  return [...new Set(all)];
}

const hint =
  "Give the path of a JavaScript file (on Node 22.18 and newer of a TypeScript one), or the name of a package";

async function load(name: string): Promise<Readonly<Record<string, unknown>>> {
  const path = moduleFile(name);
  if (!(await isThere(path))) throw new XstarError("file-not-readable", `There is no module "${name}"`, { hint });
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XstarError("file-not-readable", `The module "${name}" could not be loaded: ${reason}`, { hint, cause });
  }
}

/** The file that a module is in: of a path from the current folder, of a package as the current folder has it. */
export function moduleFile(name: string): string {
  if (isAbsolute(name) || name.startsWith(".") || /\.[cm]?[jt]s$/.test(name)) return resolve(name);
  try {
    return createRequire(resolve("package.json")).resolve(name);
  } catch {
    return resolve(name);
  }
}
