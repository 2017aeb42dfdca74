import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRng, standard } from "@xstar/core";
import { planAscent, type MaximizeFlags, type ModelFile, type Plan } from "@xstar/runs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../load.js";
import { createStore } from "../record/store.js";
import { writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";
import { createProgram } from "./main.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith(".md"),
);

/** The command lines of `xstar` in the blocks of code of a page, without comments. */
function commandLines(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```(?:bash|sh|console)\n([^]*?)^```$/gm)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split("\n"))
    .map((line) =>
      line
        .replace(/^\$ /, "")
        .replace(/^npx /, "")
        .replace(/\s+#\s.*$/, ""),
    )
    .filter((line) => line.startsWith("xstar "));
}

const wordsOf = (line: string) => (line.match(/"[^"]*"|\S+/g) ?? []).slice(1).map((word) => word.replaceAll('"', ""));

interface Call {
  readonly path: string;
  readonly targets: readonly string[];
  readonly flags: MaximizeFlags;
}

/** Parses a command line and runs nothing; of `maximize` it gives what it was called with. Throws for wrong ones. */
async function parse(line: string): Promise<Call | undefined> {
  const program = await createProgram();
  let call: Call | undefined;
  for (const command of program.commands) {
    command.action((...given: unknown[]) => {
      const [path, targets, flags] = given as [string, readonly string[], MaximizeFlags];
      if (command.name() === "maximize") call = { path, targets, flags };
    });
  }
  await program.parseAsync(wordsOf(line), { from: "user" });
  return call;
}

test.each(pages.flatMap((page) => commandLines(page).map((line) => [page, line] as const)))(
  "%s: %s",
  async (_, line) => {
    await expect(parse(line)).resolves.not.toThrow();
  },
);

describe("the pictures of docs/gallery.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "xstar-gallery-"));
  let path: string;
  let model: ModelFile;
  beforeAll(async () => {
    path = join(folder, "untrained.onnx");
    writeFileSync(path, writeNetwork(initialWeights(createRng(1), 10), new Map()));
    model = await loadModel(path);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const lines = commandLines("docs/gallery.md").filter((line) => line.startsWith("xstar maximize"));
  test("are there", () => expect(lines.length).toBeGreaterThan(0));
  test.each(lines)("%s", async (line) => {
    const { targets, flags } = (await parse(line))!;
    const plan: Plan = await planAscent(model, targets, flags, {
      path,
      files: createStore(),
      vocabulary: standard,
      onWarning: () => undefined,
    });
    expect(plan.shape.slice(1)).toEqual([1, 28, 28]);
    expect(plan.options.seed).toBe(0);
    if (flags.recipe === "none") {
      expect(plan.options).toMatchObject({ parameterization: { type: "pixel" }, optimizer: { type: "adam" } });
    }
    // a * stands for all units of the layer
    const layers: Record<string, number> = { conv1: 32, conv2: 64, logit: 10 };
    const [, layer] = /^(\w+):\*$/.exec(targets[0]!) ?? [];
    expect(plan.jobs).toHaveLength(layer === undefined ? (flags.start?.length ?? 1) : layers[layer]!);
  });
});
