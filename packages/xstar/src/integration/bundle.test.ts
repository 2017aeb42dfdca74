import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { rolldown, type OutputChunk } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { tinyCnn } from "../../../core/src/testing/models.js";
import { loadOrt } from "../runtime.js";

const here = join(import.meta.dirname, "entry.js");

interface Bundle {
  readonly chunks: readonly OutputChunk[];
  /** Names of the files that are loaded at once: the program and what it imports. */
  readonly first: readonly string[];
  /** Where the files lie. */
  readonly folder: string;
}

/**
 * A program as a browser would load it: one file, and others that it may ask for. Every file says its name to `loaded` as it is
 * loaded. Fails for what is of Node.
 */
async function bundle(program: string): Promise<Bundle> {
  const entry = {
    name: "entry",
    resolveId: (id: string) => (id === here ? id : null),
    load: (id: string) => (id === here ? program : null),
  };
  const folder = mkdtempSync(join(tmpdir(), "xstar-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const built = await rolldown({
    input: here,
    platform: "browser",
    // as for a page: what is shared may lie in the program
    preserveEntrySignatures: "allow-extension",
    plugins: [entry],
    onLog(_, { code, message }) {
      // a program that imports all of it leaves nothing to be loaded later
      if (code !== "INEFFECTIVE_DYNAMIC_IMPORT") throw new Error(message);
    },
  });
  const { output } = await built.write({ dir: folder, format: "esm", minify: true, banner });
  await built.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const files = new Set(chunks.map(({ fileName }) => fileName));
  for (const { imports, dynamicImports } of chunks)
    expect([...imports, ...dynamicImports].filter((one) => !files.has(one))).toEqual([]);
  const first = new Set([output[0].fileName]);
  for (const name of first) for (const one of chunks.find(({ fileName }) => fileName === name)!.imports) first.add(one);
  return { chunks, first: [...first], folder };
}

const banner = ({ fileName }: { readonly fileName: string }) => `globalThis.loaded?.push("${fileName}");\n`;

const kibibytes = ({ chunks }: Bundle, names: readonly string[]) =>
  chunks
    .filter(({ fileName }) => names.includes(fileName))
    .map(({ fileName, code }) => gzipSync(code.replace(banner({ fileName }), ""), { level: 9 }).length / 1024)
    .reduce((a, b) => a + b, 0);

test.each(["@xstar/core", "@xstar/results", "@xstar/runs", "xstar"])(
  "%s has no part of Node in a browser",
  async (name) => {
    const { chunks } = await bundle(`export * from "${name}";`);
    for (const { code } of chunks)
      expect(code.match(/["'`]node:\w+|\brequire\(|\bprocess\.|\b__dirname\b|\bBuffer\./g)).toBeNull();
  },
);

test("core with everything takes at most 121 KiB of a page at once", async () => {
  const whole = await bundle('export * from "@xstar/core";');
  expect(kibibytes(whole, whole.first)).toBeLessThan(121);
});

test("core and the runtime of a page take at most 100 KB by Brotli at once", async () => {
  const climbing = await bundle('export { maximize, openModel, startWebRuntime } from "@xstar/core";');
  const bytes = climbing.chunks
    .filter(({ fileName }) => climbing.first.includes(fileName))
    .map(({ code }) => brotliCompressSync(code).length);
  expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(100_000);
});

const oneObjective = `
    import { adam, ascend, channel, fourier, fromOrt, jitter, openModel, schedules, vocabularyOf } from "@xstar/core";
    const vocabulary = vocabularyOf([channel, fourier, jitter, adam, schedules.constant]);
    const settings = { recipe: "none", parameterization: "fourier", transforms: [jitter({})], optimizer: "adam" };
    export const run = (ort, bytes) => {
      const model = openModel(bytes, { runtime: fromOrt(ort) });
      return ascend(model, channel({ layer: "conv", channel: 2 }), { ...settings, vocabulary, steps: 2 });
    };`;

/** The program, and what of it a plain convolutional network asks for until its first step. */
async function firstStep(): Promise<{ readonly bundled: Bundle; readonly asked: readonly string[] }> {
  const bundled = await bundle(oneObjective);
  const loaded: string[] = [];
  Object.assign(globalThis, { loaded });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, "loaded"));
  const program = await import(join(bundled.folder, bundled.first[0]!));
  let asked: string[] = [];
  for await (const step of program.run(loadOrt(), tinyCnn())) if (step.index === 0) asked = [...loaded];
  expect(loaded.length).toBeGreaterThan(bundled.first.length);
  return { bundled, asked };
}

test("one objective takes nothing of the standard vocabulary along, and at most 73 KiB at once", async () => {
  const bundled = await bundle(oneObjective);
  for (const word of ["caricature", "deepdream", "cppn", "Aitken"])
    for (const { code } of bundled.chunks) expect(code.includes(word), word).toBe(false);
  expect(kibibytes(bundled, bundled.first)).toBeLessThan(73);
});

test("one objective takes at most 76 KiB until a plain network's first step", async () => {
  const { bundled, asked } = await firstStep();
  expect(kibibytes(bundled, asked)).toBeLessThan(76);
});

// what is wanted, and not reached: decision 10 says what is in the way
test.fails("one objective takes at most 60 KiB until a plain network's first step", async () => {
  const { bundled, asked } = await firstStep();
  expect(kibibytes(bundled, asked)).toBeLessThan(60);
});
