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
  ...["docs", "docs/decisions"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
].filter((page) => page.endsWith(".md") && existsSync(join(root, page)));

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

test("the README counts the operators of docs/operators.md", () => {
  const [standard, others] = readFileSync(join(root, "docs/operators.md"), "utf8").split("## Other domains");
  const [, differentiated] = /of which (\d+) are differentiated/.exec(standard!)!;
  const rows = others!.split("\n").filter((line) => /\| (rule|rewritten)/.test(line)).length;
  expect(readFileSync(join(root, "README.md"), "utf8").replaceAll(/\s+/g, " ")).toContain(
    `${Number(differentiated) + rows} operators can be differentiated: ${differentiated} of the ONNX standard and ${rows} others`,
  );
});

/** The anchors of a page: of its headings, as GitHub and the site make them. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(page, "utf8").replaceAll(/^```[^]*?^```$/gm, "");
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe.each(pages)("%s", (page) => {
  test("links to files and headings that are there", () => {
    const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[^]*?^```$/gm, "");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, target, anchor]) => ({
      file: target === "" ? join(root, page) : join(root, dirname(page), target!),
      link: `${target}${anchor === undefined ? "" : `#${anchor}`}`,
      anchor,
    }));
    const missing = links.filter(
      ({ file, anchor }) => !existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor)),
    );
    expect(missing.map(({ link }) => link)).toEqual([]);
  });
});

test.each(pages)("%s names source files that are there", (page) => {
  const sources = readdirSync(join(root, "packages"), { recursive: true }).map((name) => `packages/${String(name)}`);
  const named = readFileSync(join(root, page), "utf8").matchAll(
    /`((?:[a-z0-9-]+\/)+[a-z0-9-]+\.ts|packages\/[a-z0-9/-]+\/)`/g,
  );
  const missing = [...named]
    .map(([, path]) => path!.replace(/\/$/, ""))
    .filter((path) => !sources.some((source) => source === path || source.endsWith(`/${path}`)));
  expect(missing).toEqual([]);
});
