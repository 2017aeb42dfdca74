import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileSnippets } from "../testing/compile-snippets.js";
import { browserGlobals, fillDocsFolder, linkPackages } from "../testing/docs-folder.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const pages = [
  "README.md",
  ...["docs", "docs/decisions"].flatMap(markdownIn),
  ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "README.md")),
];

/** A block of TypeScript of a page: a whole program, for Node or (`ts browser`) for a page in a browser. */
interface Fence {
  readonly name: string;
  readonly code: string;
  readonly isForBrowser: boolean;
}

function fencesOf(page: string): Fence[] {
  const text = readFileSync(join(root, page), "utf8");
  const found = [...text.matchAll(/^```(?:ts|typescript|js|javascript)\b(.*)\n([^]*?)^```$/gm)];
  return found.map(([, info, code], i) => {
    if (!["", "browser"].includes(info!.trim())) throw new Error(`${page}: a block of code is "browser" or nothing`);
    return { name: `${page} ${i + 1}`, code: code!, isForBrowser: info!.trim() === "browser" };
  });
}

const fences = pages.flatMap(fencesOf);
const place = realpathSync(mkdtempSync(join(tmpdir(), "xstar-docs-")));
const folderOf = ({ name }: Fence) => name.replaceAll(/[^\w]+/g, "-").toLowerCase();
const run = promisify(execFile);
const outputOf = (error: unknown) => {
  const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
  return stdout + stderr;
};

const strictest = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
let said: readonly string[] = [];
beforeAll(async () => {
  linkPackages(place, root);
  writeFileSync(join(place, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(place, "browser.js"), browserGlobals);
  for (const fence of fences) {
    mkdirSync(join(place, folderOf(fence)));
    fillDocsFolder(join(place, folderOf(fence)));
  }
  const both = [false, true].map((isForBrowser) => {
    const programs = fences.filter((fence) => fence.isForBrowser === isForBrowser);
    const snippets = programs.map((fence) => ({ file: `${folderOf(fence)}/main`, code: fence.code }));
    return compileSnippets(snippets, { place, root, isForBrowser, checks: strictest });
  });
  said = (await Promise.all(both)).flat();
});
afterAll(() => rmSync(place, { recursive: true }));

test("the README shows the library", () => {
  expect(fences.filter(({ name }) => name.startsWith("README.md")).length).toBeGreaterThan(0);
});

describe.concurrent.each(fences)("$name", (fence) => {
  const folder = join(place, folderOf(fence));

  test("compiles", ({ expect }) => {
    expect(said.filter((line) => line.startsWith(`${folderOf(fence)}/`))).toEqual([]);
    expect(existsSync(join(folder, "main.js"))).toBe(true);
  });

  test("runs", async ({ expect }) => {
    const flags = fence.isForBrowser ? ["--conditions=browser", "--import", join(place, "browser.js")] : [];
    const ran = run(process.execPath, [...flags, "main.js"], { cwd: folder });
    await expect(ran.catch((error: unknown) => Promise.reject(new Error(outputOf(error))))).resolves.toBeDefined();
  });
});
