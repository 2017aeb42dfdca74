import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An export of a package, where it is declared. */
export interface Exported {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** What stands before its name: `function`, `const`, `class`, `interface`, `type`, or `namespace` for `export * as`. */
  readonly what: string;
  /** The doc comment before it (of an overloaded function, before the first signature); undefined where there is none. */
  readonly comment: string | undefined;
}

/** All that an index file exports, but what it takes over from another package. */
export function exportsOf(index: string): Exported[] {
  const text = readFileSync(index, "utf8");
  const lists = [...text.matchAll(/export (type )?\{([^}]*)\} from "(\.[^"]*)"/g)].flatMap(([, , names, from]) =>
    names!
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name) => declaration(sourceOf(index, from!), name)),
  );
  const spaces = [...text.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export \* as (\w+) from "(\.[^"]*)"/g)].flatMap(
    ([, comment, name, from]) => [
      { name: name!, file: index, what: "namespace", comment },
      ...exportsOf(sourceOf(index, from!)),
    ],
  );
  const own = declarationsIn(index);
  return [...lists, ...spaces, ...own];
}

const sourceOf = (file: string, from: string) => join(dirname(file), from).replace(/\.js$/, ".ts");

const pattern =
  /(\/\*\*(?:(?!\*\/)[^])*\*\/\n(?:\/\/[^\n]*\n|\/\* @[^\n]*\n)*)?export (?:declare )?(?:async )?(?:abstract )?(function\*?|const|class|interface|type) (\w+)/g;

function declarationsIn(file: string): Exported[] {
  const found = new Map<string, Exported>();
  for (const [, comment, what, name] of readFileSync(file, "utf8").matchAll(pattern)) {
    if (!found.has(name!)) found.set(name!, { name: name!, file, what: what!, comment });
  }
  return [...found.values()];
}

function declaration(file: string, given: string): Exported {
  const [local, name = local] = given.split(" as ").map((part) => part.trim());
  const found = declarationsIn(file).find((one) => one.name === local);
  if (found) return { ...found, name: name! };
  const text = readFileSync(file, "utf8");
  const imported = new RegExp(String.raw`[{,\s]${local}\b[^}]*\} from "(\.[^"]*)"`).exec(text);
  if (imported && existsSync(sourceOf(file, imported[1]!))) return declaration(sourceOf(file, imported[1]!), given);
  throw new Error(`${file} does not declare ${local}`);
}
