import { fields, inspect, type Inspection, type LayerFacts } from "@xstar/core";
import type { Command } from "commander";
import { loadModel, type ModelFile } from "../load.js";
import { nodeRuntime } from "../runtime.js";
import { renderTable } from "../terminal/table.js";
import { freeShapes, listOf } from "./flags.js";

interface InspectFlags {
  readonly size?: readonly number[];
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addInspect(program: Command): void {
  program
    .command("inspect <model>")
    .description("Lists a model's inputs and layers: names, shapes, units, and which can be differentiated")
    .option("--size <height,width>", "size of the picture, where the model leaves it free", sides)
    .option("--all", "also list values that do not depend on the input")
    .option("--json", "print everything as JSON")
    .addHelpText(
      "after",
      `
Any name in the first column is a layer for a target of xstar maximize, as in NAME, NAME:UNIT or NAME:UNIT@Y,X.

Examples:
  xstar inspect model.onnx
  xstar inspect model.onnx --size 224,224
  xstar inspect model.onnx --json > model.json`,
    )
    .action(async (path: string, flags: InspectFlags) => {
      const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
      const found = await inspect(model, { shapes: freeShapes(model.source, flags.size) });
      const text = flags.json ? JSON.stringify(found, undefined, 2) : describe(model, found, flags.all ?? false);
      process.stdout.write(`${text}\n`);
    });
}

const sides = listOf("--size", fields.int("side", { min: 1 }));

function describe(model: ModelFile, found: Inspection, showAll: boolean): string {
  const { file, inputs, classes } = found;
  const opsets = Object.entries(file.opsets).map(([domain, number]) => `${domain} ${number}`);
  const isShown = ({ reason }: LayerFacts) => showAll || reason !== "it does not depend on the input";
  const layers = found.layers.filter(isShown);
  const hidden = found.layers.length - layers.length;
  return [
    `${model.path}: ${count(file.parameters, "parameter")}, ${count(file.bytes, "byte")}`,
    `Written by ${file.producer || "an unnamed program"}, ONNX IR ${file.irVersion}, operators of ${opsets.join(", ")}`,
    ...inputs.map(({ name, dtype, dims }) => `Input ${name}: ${dtype} [${dims.map((dim) => dim ?? "?").join(", ")}]`),
    ...found.outputs.map(({ name, dtype, shape }) => `Output ${name}: ${dtype ?? "?"} [${shape?.join(", ") ?? "?"}]`),
    ...(classes ? [`Classes: ${classes.count}, scored by ${classes.layer}${labelsOf(model, classes.count)}`] : []),
    ...(model.contract
      ? [`Picture: mean ${model.contract.mean.join(", ")}, std ${model.contract.std.join(", ")}`]
      : []),
    "",
    renderTable([["layer", "operator", "shape", "units", "differentiable"], ...layers.map(rowOf)]),
    ...(hidden > 0
      ? ["", `${count(hidden, "value")} that ${hidden === 1 ? "does" : "do"} not depend on the input: --all`]
      : []),
    ...found.missingRules.map(
      ({ opType, problem, nodes, layers: cut }) =>
        `\n${opType}: ${problem}; ${count(nodes.length, "node")} (${some(nodes)}) cut${nodes.length === 1 ? "s" : ""} off ${count(cut.length, "layer")} (${some(cut)})`,
    ),
  ].join("\n");
}

function rowOf({ name, opType, dtype, shape, units, reason }: LayerFacts): string[] {
  const type = dtype === null || dtype === "float32" ? "" : `${dtype} `;
  return [
    name,
    opType,
    shape ? `${type}${shape.join(" x ")}` : "",
    String(units?.count ?? ""),
    reason ? `no: ${reason}` : "yes",
  ];
}

function labelsOf({ labels }: ModelFile, classes: number): string {
  if (!labels) return "";
  if (labels.length !== classes) return ` (labels.txt has ${labels.length} names)`;
  return ` (${labels[0]}, ... ${labels.at(-1)})`;
}

function some(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")}, ...` : names.join(", ");
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
