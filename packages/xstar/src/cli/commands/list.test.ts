import {
  explanations,
  objectives,
  optimizers,
  overrides,
  parameterizations,
  recipes,
  schedules,
  starts,
  transforms,
  type fields,
} from "@xstar/core";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCli } from "../../testing/run-cli.js";

const xstar = (...args: string[]) => runCli(process.cwd(), args);
type Table = Readonly<Record<string, { readonly doc: string; readonly params?: fields.Fields }>>;
const tables: Readonly<Record<string, Table>> = {
  explanations,
  objectives,
  parameterizations,
  transforms,
  optimizers,
  schedules,
  starts,
  recipes,
  overrides,
};

describe("xstar list", () => {
  test.each(Object.entries(tables))(
    "%s has every type with its doc and parameters, from the table",
    async (kind, table) => {
      const { code, out } = await xstar("list", kind);
      expect(code).toBe(0);
      for (const [type, { doc, params = {} }] of Object.entries(table)) {
        expect(out).toContain(`\n  ${type}\n      ${doc}\n`.trimEnd());
        for (const [name, field] of Object.entries(params)) {
          expect(out).toMatch(new RegExp(`^ {8}${name} +\\S`, "m"));
          expect(out).toContain(field.doc);
        }
      }
    },
  );

  test("says what is the default, what must be given and what there is to choose from", async () => {
    const { out } = await xstar("list");
    expect(out).toMatch(/^ {8}pixels +.* \(default 4\)$/m);
    expect(out).toMatch(/^ {8}class +.* \(required\)$/m);
    expect(out).toMatch(/^ {8}squash +.* \(sigmoid\|clip\|none; default sigmoid\)$/m);
    expect(out).toMatch(/^ {8}inner +.*default fourier\)$/m);
    expect(out).not.toMatch(/\[object|undefined/);
  });

  test("--json is the table", async () => {
    const { out } = await xstar("list", "optimizers", "--json");
    const listed = JSON.parse(out).optimizers;
    expect(listed.map(({ type }: { type: string }) => type)).toEqual(Object.keys(optimizers));
    expect(listed[0].params[0]).toEqual({
      name: "learningRate",
      kind: "number",
      doc: "step size",
      default: 1,
      required: false,
    });
    expect(Object.keys(JSON.parse((await xstar("list", "--json")).out))).toEqual([...Object.keys(tables), "rules"]);
  });

  test("writes out the control characters of a module's words", async () => {
    const folder = await mkdtemp(join(import.meta.dirname, "xstar-list-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const module = join(folder, "evil.js");
    await writeFile(
      module,
      'import { defineStart } from "@xstar/core";\nexport const evil = defineStart({ type: "evil", doc: "\\x1b]0;title\\x07", params: {}, fill: (_, [n]) => new Float32Array(n) });',
    );
    const { out } = await xstar("list", "starts", "--use", module);
    expect(out).toContain("\\x1b]0;title\\x07");
    expect(out).not.toContain("\x1b");
    const { out: json } = await xstar("list", "starts", "--use", module, "--json");
    expect(JSON.parse(json).starts.at(-1)).toMatchObject({ doc: "\x1b]0;title\x07" });
  });
});
