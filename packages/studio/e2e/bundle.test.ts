import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const dist = join(import.meta.dirname, "..", "dist");
const isBuilt = existsSync(join(dist, ".modules-worker.json"));
const sizeOf = (file: string) => brotliCompressSync(readFileSync(join(dist, file))).length / 1000;

interface Chunk {
  readonly sources: readonly string[];
  readonly imports: readonly string[];
}
const chunksOf = (name: "page" | "worker") =>
  JSON.parse(readFileSync(join(dist, `.modules-${name}.json`), "utf8")) as Readonly<Record<string, Chunk>>;

/** A file and all that it imports at once. */
function atOnce(chunks: Readonly<Record<string, Chunk>>, first: string): string[] {
  const found = new Set([first]);
  for (const file of found) for (const one of chunks[file]?.imports ?? []) found.add(one);
  return [...found];
}

describe.skipIf(!isBuilt)("what the studio is made of", () => {
  test("the first load takes at most 120 KB of brotli in all, and the engine's program 102 more", () => {
    const page = readFileSync(join(dist, "index.html"), "utf8");
    const files = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file!);
    const scripts = files.filter((file) => file.endsWith(".js")).flatMap((file) => atOnce(chunksOf("page"), file));
    const first = [...new Set(["index.html", ...files, ...scripts, "icon.svg", "manifest.webmanifest"])];
    const worker = readdirSync(join(dist, "assets")).find((name) => /^worker-.*\.js$/.test(name))!;
    const engine = atOnce(chunksOf("worker"), `assets/${worker}`);
    const [loaded, program] = [first, engine].map((all) => all.reduce((sum, file) => sum + sizeOf(file), 0));
    console.log(`first load ${loaded!.toFixed(1)} KB, the engine's program ${program!.toFixed(1)} KB in brotli`);
    expect(loaded).toBeLessThan(120);
    // core alone, which takes at most 100 (packages/xstar/src/integration/bundle.test.ts), and what plans and makes runs
    expect(program).toBeLessThan(102);
  });

  test("what a run does not need is loaded when it is asked for", () => {
    const chunks = chunksOf("worker");
    const [worker] = Object.keys(chunks).filter((file) => /worker-/.test(file));
    const sources = atOnce(chunks, worker!).flatMap((file) => chunks[file]!.sources);
    expect(sources).toContain("runs/dist/plan/plan-ascent.js");
    for (const late of [
      "fast-png/",
      "fflate/",
      "@noble/",
      "import/dist/",
      "results/dist/pages/",
      "core/dist/explain/",
      "core/dist/explanations/",
      "results/dist/codecs/npy.js",
      "core/dist/autodiff/rules/recurrent.js",
      "studio/src/engine/beside.ts",
      "studio/src/engine/exports.ts",
    ])
      expect(
        sources.filter((source) => source.startsWith(late)),
        late,
      ).toEqual([]);
  });

  test("nothing is written twice: there are its own screens, the command line's packages, and a few libraries", () => {
    // what a library imports for Node alone is nothing in a page
    const libraries = /^(__vite-browser-external$|(svelte|esm-env|clsx|gifenc|mediabunny|onnxruntime-web)\/)/;
    // these come with the packages, which pictures, archives and hashes are read and written by
    const ofPackages = /^(fast-png|iobuffer|fflate|@noble\/hashes|jsfive|@bufbuild\/protobuf)\//;
    const own = /^(studio\/(src|package\.json|index\.html)|(core|results|runs|import)\/dist\/)/;
    for (const name of ["page", "worker"] as const) {
      const sources = Object.values(chunksOf(name)).flatMap((chunk) => chunk.sources);
      const strange = sources.filter((one) => !libraries.test(one) && !ofPackages.test(one) && !own.test(one));
      expect(strange, name).toEqual([]);
      // a module that is in two files of one side is there twice
      expect(new Set(sources).size, name).toBe(sources.length);
    }
    const page = new Set(Object.values(chunksOf("page")).flatMap(({ sources }) => sources));
    const worker = new Set(Object.values(chunksOf("worker")).flatMap(({ sources }) => sources));
    for (const shown of [
      "image/view.js",
      "image/colormap.js",
      "image/heat.js",
      "pages/line-chart.js",
      "pages/format.js",
    ])
      expect(page).toContain(`results/dist/${shown}`);
    for (const made of [
      "results/dist/pages/maximize-report.js",
      "results/dist/codecs/png.js",
      "runs/dist/run/run-file.js",
    ])
      expect(worker).toContain(made);
  });
});
