import { fittingLabels, readModelInput, type ModelFile, type ModelFlags } from "@xstar/runs";
import { inspect, nounOf, rangeOf, type AxisFacts, type Inspection, type LayerFacts } from "@xstar/core";
import type { Command } from "commander";
import { loadModel } from "../../load.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { addModelFlags } from "../model-flags.js";
import { warn } from "../print-warnings.js";
import { printable, printableJson, printableLines } from "../../terminal/printable.js";
import { renderTable } from "../../terminal/table.js";
import { describeTrial, tryPhoto } from "../../run/try-photo.js";

interface InspectFlags extends ModelFlags {
  readonly try?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addInspect(command: Command): void {
  command
    .option("--try <photo>", "show the five likeliest classes of a picture")
    .option("--all", "also list values that do not depend on the input")
    .option("--json", "print everything as JSON")
    .addHelpText(
      "after",
      `
Any name in the first column is a layer for a target of xstar maximize, as in NAME, NAME:UNIT or NAME:UNIT@Y,X. Of its axes,
N are the pictures, "units" are what UNIT counts (with what tells so; NAME[axis=2]:UNIT counts along another one), and the
rest are the places, in the order in which @ takes them.

How pictures go in is guessed from the model, with the reason; what a flag or <model>.contract.json says comes first:
  {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "layout": "NCHW", "order": "RGB", "labels": "labels.txt"}
--try checks it: the top five of a photograph are right only when the contract is. Where the value range is only a guess,
it shows what the usual ones make of the photograph, with the flags that choose them.

Examples:
  xstar inspect model.onnx
  xstar inspect model.onnx --try cat.jpg
  xstar inspect model.onnx --try cat.jpg --input-range -1,1 --order BGR
  xstar inspect model.onnx --json > model.json`,
    )
    .action((path: string, flags: InspectFlags) => runInspect(path, flags));
  addModelFlags(command);
}

async function runInspect(path: string, flags: InspectFlags): Promise<void> {
  const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  model.notes.forEach(warn);
  const hasPicture = model.source.inputs.some(({ dtype }) => dtype.startsWith("float"));
  const input = hasPicture ? await readModelInput(model, flags, { files: createStore() }) : undefined;
  const { contract: _, shapes = new Map(), inputs = {}, logits } = input?.options ?? {};
  const found = await inspect(model, {
    shapes,
    inputs,
    ...(input && { picture: input.picture, contract: input.given, contractFrom: input.from }),
    ...(logits !== undefined && { logits }),
  });
  const labels = fittingLabels(model, found.classes?.count, warn);
  const tried =
    flags.try === undefined
      ? undefined
      : await tryPhoto({ ...model, labels }, input?.options ?? {}, found.contract, flags.try);
  const text = flags.json
    ? printableJson({ ...found, ...(tried && { try: tried }) })
    : printableLines(
        [describe({ ...model, labels }, found, flags.all ?? false), ...(tried ? ["", describeTrial(tried)] : [])].join(
          "\n",
        ),
      );
  process.stdout.write(`${text}\n`);
}

/** What an input holds that is no picture, and why it is thought so. */
function describeKind({ kind, picture }: Inspection): string[] {
  if (!kind || kind.kind === "picture") return [];
  const rate = kind.rate === undefined ? "" : `, ${kind.rate} samples a second`;
  return [
    `${picture} holds ${nounOf(kind.kind)}${rate}: ${kind.why}${kind.sure ? "" : " (a guess: --kind says otherwise)"}`,
  ];
}

/** How a picture becomes the input, and why it is thought so. */
function describeContract({ contract: guess, assumed, kind }: Inspection): string[] {
  const sizes = assumed.map((sentence) => `  size: ${sentence}`);
  if (!guess) return sizes;
  const { contract, because } = guess;
  if (!contract.layout && rangeOf(contract).every(([low, high]) => low === 0 && high === 1)) return sizes;
  const range = rangeOf(contract).map(([low, high]) => `${round(low)} to ${round(high)}`);
  const parts = {
    range: `${range.join(" / ")} (mean ${contract.mean.map(round).join(", ")}; std ${contract.std.map(round).join(", ")})`,
    layout: contract.layout,
    order: contract.order,
  };
  return [
    `How ${kind?.kind === "picture" ? "a picture of values from 0 to 1" : nounOf(kind?.kind ?? "table")} becomes ${guess.input}:`,
    ...because.map(({ field, why, sure }) => `  ${field} ${parts[field]}: ${why}${sure ? "" : " (a guess)"}`),
    ...sizes,
  ];
}

const round = (x: number) => String(Number(x.toPrecision(5)));

function describe(model: ModelFile, found: Inspection, showAll: boolean): string {
  const { file, inputs, classes } = found;
  const opsets = Object.entries(file.opsets).map(([domain, number]) => `${domain} ${number}`);
  const isShown = ({ reason }: LayerFacts) => showAll || reason !== "it does not depend on the input";
  const layers = found.layers.filter(isShown);
  const hidden = found.layers.length - layers.length;
  const head = [
    `${model.path}: ${count(file.parameters, "parameter")}, ${count(file.bytes, "byte")}`,
    `Written by ${file.producer || "an unnamed program"}, ONNX IR ${file.irVersion}, operators of ${opsets.join(", ")}`,
    ...inputs.map(
      ({ name, dtype, dims, whole, tokens }) =>
        `Input ${name}: ${dtype} [${dims.map((dim) => dim ?? "?").join(", ")}]${whole ? `, where the file has ${whole}` : ""}${tokens === undefined ? "" : `, vectors in the place of ${tokens.toLocaleString("en")} tokens`}`,
    ),
    ...found.outputs.map(({ name, dtype, shape }) => `Output ${name}: ${dtype ?? "?"} [${shape?.join(", ") ?? "?"}]`),
    ...(classes ? [`Classes: ${classes.count}, scored by ${classes.layer}${labelsOf(model)}`] : []),
    ...describeKind(found),
    ...describeContract(found),
    ...(inputs.some(({ dtype }) => dtype.startsWith("float"))
      ? []
      : ["No input is of floating-point numbers, so there is nothing to ascend"]),
  ];
  const foot = [
    ...(hidden > 0
      ? ["", `${count(hidden, "value")} that ${hidden === 1 ? "does" : "do"} not depend on the input: --all`]
      : []),
    ...found.missingRules.flatMap(({ opType, problem, nodes, layers: cut }) => [
      "",
      `${opType}: ${problem}; ${count(nodes.length, "node")} (${some(nodes)}) cut${nodes.length === 1 ? "s" : ""} off ${count(cut.length, "layer")} (${some(cut)})`,
    ]),
  ];
  const cut = found.cuts.flatMap(({ why, lost }) => ["", `Left out: ${why}; with it ${some(lost)}`]);
  const table = renderTable([["layer", "operator", "axes", "units", "differentiable"], ...layers.map(rowOf)], {
    widestFirst: 60,
  });
  return [...head.map(printable), "", table, ...[...foot, ...cut].map(printable)].join("\n");
}

function rowOf({ name, opType, dtype, shape, axes, units, reason }: LayerFacts): string[] {
  const type = dtype === null || dtype === "float32" ? "" : `${dtype} `;
  const held = axes?.map(axisInWords) ?? shape;
  return [name, opType, held ? `${type}[${held.join(", ")}]` : "", units?.why ?? "", reason ? `no: ${reason}` : "yes"];
}

/** `N` for the pictures (one, as inspected), `N x 64` where something else is multiplied with them. */
function axisInWords({ size, holds }: AxisFacts): string {
  if (holds === "batch") return size === 1 ? "N" : `N x ${size}`;
  return holds === "units" ? `units ${size}` : String(size);
}

function labelsOf({ labels }: ModelFile): string {
  if (!labels?.length) return "";
  return ` (${labels[0]}, ... ${labels.at(-1)})`;
}

function some(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")}, ...` : names.join(", ");
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
