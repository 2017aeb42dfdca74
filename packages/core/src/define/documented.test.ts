import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { combinations } from "../objectives/combine.js";
import { standard } from "../standard.js";
import { specKinds } from "./spec.js";

const all = specKinds.flatMap((kind) =>
  Object.entries(standard[kind]).map(([type, definition]) => ({ name: `${kind} ${type}`, type, definition })),
);
const source = join(import.meta.dirname, "..");
const text = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("testing"))
  .map((file) => readFileSync(join(source, file), "utf8"))
  .join("\n");

/** What an editor shows of an export: the comment before a definition of that type. */
function commentsBefore(type: string): string[] {
  const pattern = new RegExp(
    String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\nexport const \w+ = define\w+\(\{\s*type: "${type}",`,
    "g",
  );
  return [...text.matchAll(pattern)].map(([, comment]) => comment!.replaceAll(/\n \* ?/g, " ").trim());
}

describe.each(all)("the definition of $name", ({ type, definition }) => {
  it("stands under its own type in its table", () => {
    expect(definition.type).toBe(type);
  });

  it("says in one sentence what it is", () => {
    expect(definition.doc).toMatch(/^[A-Z][^]{10,}[^.]$/);
  });

  it("has an example, which is a whole spec", () => {
    const make = definition as (given: object) => object;
    expect(definition.example).toBeDefined();
    const spec = make(definition.example as object);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(spec).toMatchObject({ type, ...(definition.example as object) });
  });

  // sums and products are made by functions that take any number of terms
  it.skipIf(Object.hasOwn(combinations, type))("says the same in an editor, with an example", () => {
    const shown = commentsBefore(type).find((comment) => comment.replaceAll(/\s+/g, " ").startsWith(definition.doc));
    expect(shown).toMatch(/@example/);
  });
});
