import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  channel,
  compileAscent,
  constantValue,
  createOps,
  createRng,
  errorCodes,
  Graph,
  momentum,
  nodeRuntime,
  openModel,
  print,
  tensor,
  writeModel,
} from "../index.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const pages = [
  "README.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((page) => page.endsWith(".md"));

test("docs/how-it-works.md prints the graph that the code builds", async () => {
  const graph = new Graph("net");
  const op = createOps(graph, "cpu", "net");
  const image = graph.input("image", { dtype: "float32", shape: [1, 1, 8, 8] });
  const weight = constantValue("w", tensor("float32", createRng(1).normals(18), [2, 1, 3, 3]));
  const conv = op.conv(image, weight);
  conv.name = "conv";
  const relu = op.relu(conv);
  relu.name = "relu";
  graph.output(relu);
  const model = openModel(writeModel(graph, { opsets: new Map([["", 20]]) }), { runtime: nodeRuntime() });
  const { step } = await compileAscent(model, channel({ layer: "relu", channel: 1 }), {
    recipe: "none",
    optimizer: momentum({}),
  });
  expect(readFileSync(join(root, "docs/how-it-works.md"), "utf8")).toContain(`\n${print(step.graph)}\n`);
});

test("docs/errors.md has a section for every error code, and no other", () => {
  const text = readFileSync(join(root, "docs/errors.md"), "utf8");
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(errorCodes);
});

describe.each(pages)("%s", (page) => {
  test("links to files that are there", () => {
    const text = readFileSync(join(root, page), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target!);
    const missing = links.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });
});
