import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { compileSnippets } from "../testing/compile-snippets.js";
import { linkPackages } from "../testing/docs-folder.js";
import { exportsOf } from "../testing/exports.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const packages = ["core", "results", "runs", "xstar"] as const;
const sourceOf = (name: string) => join(root, "packages", name, "src");
const all = Object.fromEntries(packages.map((name) => [name, exportsOf(join(sourceOf(name), "index.ts"))]));
/** What a user of `xstar` has: its own exports, all of core, and what it takes over from the others. */
const index = readFileSync(join(sourceOf("xstar"), "index.ts"), "utf8");
const isTakenOver = (name: string) => new RegExp(String.raw`^  (type )?${name},$`, "m").test(index);

describe.each(packages)("of %s", (name) => {
  test("every export says what it is", () => {
    expect(all[name]!.length).toBeGreaterThan(10);
    expect(all[name]!.filter(({ comment }) => !/\w{3}/.test(comment ?? "")).map((one) => one.name)).toEqual([]);
  });

  test("every function that a user calls shows how", () => {
    const isUsers = (one: string) => name === "core" || name === "xstar" || isTakenOver(one);
    const functions = all[name]!.filter((one) => one.what.startsWith("function") && isUsers(one.name));
    expect(functions.filter(({ comment }) => !comment?.includes("@example")).map((one) => one.name)).toEqual([]);
  });
});

/** What the examples take for granted, as a reader does. */
const given: Readonly<Record<string, string>> = {
  model: "ModelFile",
  image: "Image",
  dataset: "PictureSource",
  photo: 'Tensor<"float32">',
  pictures: "Tensor",
  input: "Tensor",
  cotangent: "Tensor",
  spec: 'Spec<"objective">',
  field: "ReceptiveField",
  ort: "Ort",
  explainer: "Explainer",
  graph: "Graph",
  op: "Ops",
  x: "Value",
  y: "Value",
  conv: "Value",
  weights: "Value",
  step: "Value",
  bytes: "Uint8Array",
  webp: "Uint8Array",
  context: "{ putImageData(image: CanvasData, x: number, y: number): void }",
};

const home: ReadonlyMap<string, string> = new Map([
  ...["runs", "results"].flatMap((name) => all[name]!.map((one) => [one.name, `@xstar/${name}`] as const)),
  ...[...all["core"]!.filter(({ file }) => !/define\/(number-)?fields\.ts$/.test(file)), ...all["xstar"]!].map(
    (one) => [one.name, "xstar"] as const,
  ),
  ...all["results"]!.filter((one) => isTakenOver(one.name)).map((one) => [one.name, "xstar"] as const),
  ["openDataset", "xstar"],
  ["CanvasData", "@xstar/results"],
  ["readFile", "node:fs/promises"],
  ["writeFile", "node:fs/promises"],
]);

/** The example as a program: with what it imports, and what it takes for granted. */
function programOf(example: string, own: string): string {
  const patterns = [...example.matchAll(/\b(?:const|let) (\{[^}]*\}|\[[^\]]*\]|\w+)/g)].map(([, names]) => names!);
  const declared = new Set(patterns.flatMap((names) => names.replaceAll(/\w+:/g, "").match(/\w+/g) ?? []));
  const words = (text: string) =>
    new Set([...text.replaceAll("...", " ").matchAll(/(?<![.\w"])\w+/g)].map(([word]) => word));
  const wanted = Object.entries(given).filter(([name]) => words(example).has(name) && !declared.has(name));
  const types = wanted.map(([name, type]) => `declare const ${name}: ${type};`).join("\n");
  const imports = [...words(`${example}\n${types}`)].filter(
    (word) => home.has(word) && !declared.has(word) && !Object.hasOwn(given, word),
  );
  const from = (word: string) => (own === "@xstar/results" && word === "contactSheet" ? own : home.get(word)!);
  return [
    ...imports.map((word) => `import { ${word === "Ops" ? "type Ops" : word} } from "${from(word)}";`),
    types,
    example,
    "export {};",
  ].join("\n");
}

describe("the examples of doc comments", () => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "xstar-examples-")));
  afterAll(() => rmSync(place, { recursive: true }));

  test("compile, strictly", async () => {
    const examples = packages.flatMap((name) =>
      readdirSync(sourceOf(name), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|^testing/.test(file))
        .flatMap((file) =>
          [...readFileSync(join(sourceOf(name), file), "utf8").matchAll(/\/\*\*(?:(?!\*\/)[^])*\*\//g)].flatMap(
            ([comment]) =>
              comment
                .replaceAll(/^ *\*(?: |\/|$)/gm, "")
                .replace(/\s*\*\/$/, "")
                .split(/^@/m)
                .filter((part) => part.startsWith("example"))
                .map((part, i) => ({
                  file: `${name}/${file.replace(/\.ts$/, "")}-${i}-${comment.length}`,
                  code: programOf(part.slice("example".length).trim(), `@xstar/${name}`),
                })),
          ),
        ),
    );
    expect(examples.length).toBeGreaterThan(150);
    linkPackages(place, root);
    expect(await compileSnippets(examples, { place, root })).toEqual([]);
  });
});
