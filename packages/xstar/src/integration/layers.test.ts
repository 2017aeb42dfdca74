import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { packages } from "../../../../scripts/layers.js";
import { withFileMap, withLayers } from "../../../../scripts/write-layers.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const read = (name: string) => readFileSync(join(root, name), "utf8");

test("the rules of the linter are those of the layers (npm run layers writes them)", () => {
  const config: unknown = JSON.parse(read(".oxlintrc.json"));
  expect(withLayers(config)).toEqual(config);
});

test("the file map of AGENTS.md is that of the layers (npm run layers writes it)", () => {
  const agents = read("AGENTS.md");
  expect(agents).toContain("packages/runs/src/");
  expect(withFileMap(agents)).toBe(agents);
});

test.each(packages)("every file of $name belongs to a layer that is there", ({ name, layers }) => {
  const folder = join(root, "packages", name, "src");
  const parts = layers.flatMap((layer) => layer.parts.map((part) => part.replace(/\/$/, "")));
  const gone = parts.filter((part) => !existsSync(join(folder, part)) && !existsSync(join(folder, `${part}.ts`)));
  expect(gone).toEqual([]);
  const known = new Set([...parts, "index", "globals.d", "testing", "integration"]);
  const isCode = (file: string) => !file.includes(".") || (file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const found = readdirSync(folder).filter(isCode);
  expect(found.map((file) => file.replace(/\.ts$/, "")).filter((file) => !known.has(file))).toEqual([]);
});

test("layers that stand beside each other name the same group", () => {
  const groups = packages.flatMap(({ layers }) => layers.flatMap(({ beside }) => beside ?? []));
  const alone = groups.filter((group) => groups.filter((one) => one === group).length < 2);
  expect(alone).toEqual([]);
});
