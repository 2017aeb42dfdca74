import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { requireBuild } from "../testing/require-build.js";
import { runCli } from "../testing/run-cli.js";

/*
 * What users write down: names of exports, commands and flags. Where one is to change, `npx vitest run public-names --update` writes the
 * files of snapshots/ anew, and their difference is what a changelog has to say.
 */

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { workspaces: string[] };
const entries = workspaces
  .flatMap((folder) => ["index", "browser"].map((name) => ({ folder, entry: join(folder, "dist", name) })))
  .filter(({ entry }) => existsSync(join(root, `${entry}.d.ts`)));

const kindOf = (value: unknown) =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : typeof value;

/** The exports of a built entry, one a line: its kind and its name. What it passes on whole is a line of its own. */
async function namesIn(entry: string): Promise<string[]> {
  const declared = readFileSync(join(root, `${entry}.d.ts`), "utf8");
  const values = (await import(pathToFileURL(join(root, `${entry}.js`)).href)) as Record<string, unknown>;
  const lists = [...declared.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type = "", list = ""]) =>
    list.split(",").map((one) => type + one.trim()),
  );
  const own = [...declared.matchAll(/^export (?:declare )?(?:abstract )?(\w+) (\w+)/gm)]
    .filter(([, keyword]) => ["function", "const", "class", "interface", "type"].includes(keyword!))
    .map(([, keyword, name]) => (keyword === "interface" || keyword === "type" ? `type ${name}` : name!));
  const passed = [...declared.matchAll(/^export \* as (\w+)/gm)].map(([, name]) => name!);
  const whole = [...declared.matchAll(/^export \* from "(.*)"/gm)].map(([, from]) => `all of ${from}`);
  const lines = [...lists, ...own, ...passed]
    .filter((one) => one !== "" && one !== "type ")
    .map((one) => {
      const name = one.split(" ").at(-1)!;
      return one.startsWith("type ") ? `type ${name}` : `${kindOf(values[name])} ${name}`;
    });
  return [...whole, ...lines].sort();
}

test.each(entries)("the exports of $entry are those that are written down", async ({ folder, entry }) => {
  requireBuild();
  const names = await namesIn(entry);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((line) => line.startsWith("undefined"))).toEqual([]);
  const file = `${folder.split("/").at(-1)}-${entry.split("/").at(-1)}.txt`;
  await expect(`${names.join("\n")}\n`).toMatchFileSnapshot(`snapshots/exports-${file}`);
});

const commands =
  "article train inspect maximize explain diagnose gradient examples atlas work queue convert studio devices cache list".split(
    " ",
  );

test.each(["", ...commands])("xstar %s --help says what is written down", async (command) => {
  const { out, code } = await runCli(root, [...(command === "" ? [] : [command]), "--help"]);
  expect(code).toBe(0);
  await expect(out).toMatchFileSnapshot(`snapshots/help-${command || "xstar"}.txt`);
});

test("no command is forgotten here", async () => {
  const [, list = ""] = /Commands:\n([^]*?)\n\n/.exec((await runCli(root, ["--help"])).out) ?? [];
  expect([...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)).toEqual([...commands, "help"]);
});

test("a browser has what Node has, but for what needs Node", async () => {
  const [node, browser] = await Promise.all(
    ["index", "browser"].map((name) => import(pathToFileURL(join(root, "packages/xstar/dist", `${name}.js`)).href)),
  );
  expect(
    Object.keys(node)
      .filter((name) => !(name in browser))
      .sort(),
  ).toMatchInlineSnapshot(`
    [
      "FileImage",
      "createProgress",
      "deviceRuntime",
      "devices",
      "keepGraphs",
      "loadDataset",
      "loadDefinitions",
      "loadModel",
      "makeAtlas",
      "maximizeMany",
      "nodeRuntime",
      "openDataset",
      "openLabelled",
      "openSounds",
      "readImage",
      "startProfiler",
      "trainNetwork",
    ]
  `);
});
