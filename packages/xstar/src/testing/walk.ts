import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The files that a file enters when it is loaded: those that it imports values from, and so on. An import from a package enters
 * only the files that declare the names. What is loaded by `import()` is not entered.
 */
export function filesEnteredFrom(file: string): Set<string> {
  const entered = new Set([file]);
  for (const one of entered) for (const next of importsOf(one)) entered.add(next);
  return entered;
}

const statement = /^(?:import|export) (?!type )(?:([^;"]*?) from )?"([^"]+)";$/gm;

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(statement)].flatMap(([, clause = "", from]) => {
    const names = namesIn(clause);
    if (names?.length === 0 && clause !== "") return [];
    if (from!.startsWith(".")) return [sourceOf(file, from!)];
    return from!.startsWith("@xstar/") && names ? names.flatMap((name) => declaring(indexOf(from!), name) ?? []) : [];
  });
}

/** The names of values in `{ a, type B, c as d }`; undefined where all are meant. */
function namesIn(clause: string): string[] | undefined {
  const [, list] = /\{([^}]*)\}/.exec(clause) ?? [];
  const names = list?.split(",").map((name) => name.trim());
  return names?.filter((name) => name !== "" && !name.startsWith("type ")).map((name) => name.split(" as ")[0]!);
}

const sourceOf = (file: string, from: string) => join(dirname(file), from).replace(/\.js$/, ".ts");
const indexOf = (name: string) => join(packages, name.replace("@xstar/", ""), "src/index.ts");

/** The file that an index takes a name from. */
function declaring(index: string, name: string): string | undefined {
  if (!existsSync(index)) return undefined;
  for (const [, clause, from] of readFileSync(index, "utf8").matchAll(/^export ([^;"]*?) from "([^"]+)";$/gm)) {
    const [, list] = /\{([^}]*)\}/.exec(clause!) ?? [];
    const exported = list?.split(",").map((one) => one.trim().split(" as ").at(-1)) ?? [clause!.split(" as ").at(-1)];
    if (exported.includes(name)) return sourceOf(index, from!);
  }
  return undefined;
}
