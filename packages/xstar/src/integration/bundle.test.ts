import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const here = join(import.meta.dirname, "entry.js");

/** A program as a browser would load it: one file, all it imports inside. Fails for what is of Node. */
async function bundle(program: string): Promise<string> {
  const entry = {
    name: "entry",
    resolveId: (id: string) => (id === here ? id : null),
    load: (id: string) => (id === here ? program : null),
  };
  const built = await rolldown({
    input: here,
    platform: "browser",
    plugins: [entry],
    onLog(_, { message }) {
      throw new Error(message);
    },
  });
  const { output } = await built.generate({ format: "esm", minify: true });
  await built.close();
  expect(
    output.flatMap((chunk) => (chunk.type === "chunk" ? [...chunk.imports, ...chunk.dynamicImports] : [])),
  ).toEqual([]);
  return output[0].code;
}

const kibibytes = (code: string) => gzipSync(code, { level: 9 }).length / 1024;

test.each(["@xstar/core", "@xstar/results", "@xstar/runs", "xstar"])(
  "%s has no part of Node in a browser",
  async (name) => {
    const code = await bundle(`export * from "${name}";`);
    expect(code.match(/["'`]node:\w+|\brequire\(|\bprocess\.|\b__dirname\b|\bBuffer\./g)).toBeNull();
  },
);

test("core takes at most 120 KiB of a page", async () => {
  expect(kibibytes(await bundle('export * from "@xstar/core";'))).toBeLessThan(120);
});

const oneObjective = `
    import { adam, ascend, channel, fourier, fromOrt, jitter, openModel, schedules, vocabularyOf } from "@xstar/core";
    const vocabulary = vocabularyOf([channel, fourier, jitter, adam, schedules.constant]);
    export const run = (ort, bytes) => {
      const model = openModel(bytes, { runtime: fromOrt(ort) });
      const options = { vocabulary, recipe: "none", parameterization: "fourier", transforms: [jitter({})] };
      return ascend(model, channel({ layer: "conv2", channel: 7 }), options);
    };`;

test("one objective takes nothing of the standard vocabulary along, and at most 95 KiB", async () => {
  const code = await bundle(oneObjective);
  for (const word of ["caricature", "deepdream", "cppn", "Aitken"]) expect(code.includes(word), word).toBe(false);
  expect(kibibytes(code)).toBeLessThan(95);
});

// what is wanted, and not reached: decision 10 says what is in the way
test.fails("one objective takes at most 60 KiB", async () => {
  expect(kibibytes(await bundle(oneObjective))).toBeLessThan(60);
});
