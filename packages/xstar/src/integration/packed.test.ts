import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installXstar, packAll, root, run } from "../../../../scripts/pack/install.js";
import { tinyCnn } from "../../../core/src/testing/models.js";

const place = mkdtempSync(join(tmpdir(), "xstar-packed-"));
const tarballs = join(place, "tarballs");
const home = join(place, "home");
const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const folders = (manifest(root).workspaces as string[]).map((folder) => join(root, folder));
const names = folders.map((folder) => manifest(folder).name as string);
const installed = (name: string) => join(home, "node_modules", name);
const node = (...args: string[]) => run(home, process.execPath, args);
const xstar = (...args: string[]) => run(home, "npx", ["xstar", ...args]);
const bin = (...path: string[]) => join(root, "node_modules", ...path);

beforeAll(async () => {
  await packAll(tarballs);
  await installXstar(tarballs, home, { more: [`@xstar/queue@${manifest(root).version}`] });
  writeFileSync(join(home, "tiny.onnx"), tinyCnn());
}, 600_000);

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.each(names)("the package %s", (name) => {
  const files = () => readdirSync(installed(name), { recursive: true }).map(String);

  test("holds what it needs and nothing of its making", () => {
    expect(files()).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const ours = files().filter((file) => !file.startsWith("node_modules"));
    expect(
      ours.filter((file) => /(^|\/)(src|testing|law|integration)(\/|$)|\.test\.|\.map$|tsbuildinfo/.test(file)),
    ).toEqual([]);
  });

  test("says who may use it, where, and what is whose", () => {
    const { version, license, engines, exports, repository, dependencies = {} } = manifest(installed(name));
    expect({ version, license, engines, repository }).toEqual({
      version: manifest(root).version,
      license: "Apache-2.0",
      engines: { node: ">=20.19" },
      repository: undefined,
    });
    expect(Object.keys(exports["."]).filter((condition) => condition !== "browser")).toEqual(["types", "default"]);
    const siblings = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith("@xstar/"));
    expect(siblings.filter(([, wanted]) => wanted !== version)).toEqual([]);
  });

  test("has nothing that publint minds", async () => {
    expect(
      await node(bin("publint", "src", "cli.js"), "run", installed(name), "--strict", "--pack", "false"),
    ).toContain("All good!");
  });

  test("has types that every resolution finds", async () => {
    const tarball = readdirSync(tarballs).find((file) =>
      file.startsWith(`${name.replace("@", "").replace("/", "-")}-${manifest(root).version}`),
    );
    // ES modules only: Node can `require` them, which TypeScript knows since 5.8 and this tool does not
    await node(
      bin("@arethetypeswrong", "cli", "dist", "index.js"),
      join(tarballs, tarball!),
      "--ignore-rules",
      "cjs-resolves-to-esm",
    );
  });
});

test("no install script has downloaded anything", () => {
  const libraries = readdirSync(home, { recursive: true }).map(String);
  expect(libraries.some((file) => file.endsWith("onnxruntime_binding.node"))).toBe(true);
  expect(libraries.filter((file) => file.includes("providers_cuda"))).toEqual([]);
});

test("the command line runs", async () => {
  expect(await xstar("--version")).toBe(`${manifest(root).version}\n`);
  expect(await xstar("inspect", "tiny.onnx")).toContain("conv");
});

test("the studio is served", async () => {
  const studio = spawn(process.execPath, [join(installed("xstar"), "bin", "xstar.js"), "studio", "--port", "0"], {
    cwd: home,
  });
  try {
    const [line] = (await once(studio.stdout, "data")) as [Buffer];
    const [, address] = /at (\S+)/.exec(String(line))!;
    const page = await (await fetch(address!)).text();
    const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)!;
    expect((await fetch(address + script!)).status).toBe(200);
    expect((await fetch(`${address}article.onnx.gz`)).status).toBe(200);
  } finally {
    studio.kill();
  }
});

test("a program imports it, and requires it", async () => {
  writeFileSync(join(home, "run.mjs"), program('import { loadModel, maximize } from "xstar";'));
  writeFileSync(join(home, "run.cjs"), program('const { loadModel, maximize } = require("xstar");'));
  const [imported, required] = [await node("run.mjs"), await node("--no-warnings", "run.cjs")];
  expect(imported).toBe("1,1,6,6\n");
  expect(required).toBe(imported);
});

test("parts of one's own work from the library, in threads, on the command line and from a record", async () => {
  for (const file of ["parts.js", "run.js"]) copyFileSync(join(root, "examples", "own-parts", file), join(home, file));
  expect(await node("run.js", "tiny.onnx", "conv")).toMatch(/^contrast\.png: .* at last\n$/);

  const own = ["--use", "./parts.js", "--recipe", "bold:steps=4"];
  const targets = ["contrast:layer=conv,more=0,less=1", "conv:1", "conv:2"];
  await xstar("maximize", "tiny.onnx", targets[0]!, ...own, "--override", "leakyRelu", "--out", "own");
  const [picture] = readdirSync(join(home, "own")).filter((file) => /^contrast.*\d\.png$/.test(file));
  await xstar("maximize", "--from", join("own", picture!), "--use", "./parts.js", "--out", "again");
  const [made, again] = ["own", "again"].map((folder) => readFileSync(join(home, folder, picture!)));
  expect(again!.equals(made!)).toBe(true);

  const many = `import { loadModel, maximizeMany } from "xstar";
    const options = { folder: "many", recipe: "bold:steps=4", use: ["./parts.js"], jobs: 2 };
    console.log((await maximizeMany(await loadModel("tiny.onnx"), ${JSON.stringify(targets)}, options)).made);`;
  writeFileSync(join(home, "many.js"), many);
  expect(await node("many.js")).toBe("3\n");
});

test("Vite makes a page of it, with nothing of Node in it", async () => {
  const page = join(home, "page");
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), '<script type="module" src="./main.js"></script>');
  const main = `import { contactSheet, fromOrt, maximize, openModel } from "xstar";
    globalThis.sheet = async (ort, bytes) =>
      contactSheet((await maximize(openModel(bytes, { runtime: fromOrt(ort) }), "conv:0-3")).images);`;
  writeFileSync(join(page, "main.js"), main);
  const { build, createLogger } = await import("vite");
  const said: string[] = [];
  const warn = (text: string) => void said.push(text);
  const customLogger = { ...createLogger("silent"), warn, warnOnce: warn };
  await build({ root: page, configFile: false, customLogger });
  // Vite warns of what it leaves out because a browser has not got it
  expect(said).toEqual([]);
  expect(readdirSync(join(page, "dist", "assets")).length).toBeGreaterThan(1);
});

const program = (head: string) => `${head}
loadModel("tiny.onnx")
  .then((model) => maximize(model, "conv:1", { steps: 2 }))
  .then(({ picture }) => console.log(String(picture.shape)));
`;

const use = `import { channel, loadModel, maximize, type MaximizeResult } from "xstar";
import { ascend, vocabularyOf } from "@xstar/core";
import { encodePng } from "@xstar/results";
import { planAscent } from "@xstar/runs";
export const result: Promise<MaximizeResult> = loadModel("tiny.onnx").then((model) =>
  maximize(model, channel({ layer: "conv", channel: 1 })),
);
export { ascend, encodePng, planAscent, vocabularyOf };
// @ts-expect-error a target is no number
export const wrong = maximize(await loadModel("tiny.onnx"), 7);
`;

test.each([
  { module: "nodenext", moduleResolution: "nodenext", lib: ["es2024"], types: ["node"] },
  { module: "esnext", moduleResolution: "bundler", lib: ["es2024"], types: ["node"] },
  { module: "esnext", moduleResolution: "bundler", lib: ["es2024", "dom", "dom.iterable"], types: ["node"] },
  {
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2024", "dom", "dom.iterable"],
    types: [],
    customConditions: ["browser"],
  },
])("its types are right under $moduleResolution with $lib and $types", async (options) => {
  const folder = join(home, `types-${options.moduleResolution}-${options.lib.length}-${options.types.length}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "use.ts"), options.customConditions ? browserUse : use);
  const compilerOptions = {
    ...options,
    target: "es2023",
    typeRoots: [bin("@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
  expect(await node(bin("typescript", "bin", "tsc"), "-p", folder)).toBe("");
});

const browserUse = `import { contactSheet, fromOrt, maximize, openModel, type Ort } from "xstar";
export const sheet = async (ort: Ort, bytes: Uint8Array) => {
  const { images } = await maximize(openModel(bytes, { runtime: fromOrt(ort) }), "conv:1");
  return contactSheet(images);
};
`;
