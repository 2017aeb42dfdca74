import { expect, test } from "vitest";
import { ruleTable } from "./autodiff/rules/table.js";
import { entriesFor, type SplitTable } from "./families.js";
import { rewriteTable, upgradeTable } from "./normalize/table.js";

const tables: Readonly<Record<string, SplitTable<unknown>>> = { ruleTable, rewriteTable, upgradeTable };

test.each(Object.entries(tables))("the names of every family of %s are those of its entries", async (_, table) => {
  for (const { names, load } of table.families) expect(names.toSorted()).toEqual(Object.keys(await load()).toSorted());
});

test.each(Object.entries(tables))("no name is twice in %s", (_, { common, families }) => {
  const names = [...Object.keys(common), ...families.flatMap((family) => family.names)];
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("only the families are loaded of which a name is needed", async () => {
  const loaded: string[] = [];
  const family = (name: string) => ({
    names: [name, `${name}s`],
    load: async () => {
      loaded.push(name);
      return { [name]: 1, [`${name}s`]: 2 };
    },
  });
  const table = { common: { a: 0 }, families: [family("b"), family("c")] };
  expect(await entriesFor(table, ["a", "bs", "unknown"])).toEqual({ a: 0, b: 1, bs: 2 });
  expect(loaded).toEqual(["b"]);
});
