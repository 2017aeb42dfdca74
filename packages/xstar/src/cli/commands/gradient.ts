import { exportGradient, standard, withDefinitions } from "@xstar/core";
import { readModelInput, type ModelFlags } from "@xstar/runs";
import type { Command } from "commander";
import { writeFileAtomic } from "../../files/atomic.js";
import { loadDefinitions } from "../../load-definitions.js";
import { loadModel } from "../../load.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { printableLines } from "../../terminal/printable.js";
import { collect } from "../flags.js";
import { addModelFlags } from "../model-flags.js";
import { warn } from "../print-warnings.js";

interface GradientFlags extends ModelFlags {
  readonly export: string;
  readonly override?: readonly string[];
  readonly use?: readonly string[];
}

export function addGradient(command: Command): void {
  command
    .requiredOption("--export <file>", "the ONNX file to write")
    .option("--override <name>", "rules in the place of true gradients, as in xstar maximize; repeatable", collect)
    .option("--use <module>", "a module with definitions of your own", collect)
    .addHelpText(
      "after",
      `
Any ONNX Runtime runs the file: "picture" [pictures, channels, height, width] from 0 (black) to 1 (white) goes in, what the model's
input wants is done inside; "gradient" of the same shape and "value" come out. A TARGET is what it is for xstar maximize.

Examples:
  xstar gradient squeezenet.onnx logit:tabby --export gradient.onnx
  xstar gradient squeezenet.onnx "logit:3 - logit:5" --export why-this.onnx`,
    )
    .action((path: string, target: string, flags: GradientFlags) => writeGradient(path, target, flags));
  addModelFlags(command);
}

async function writeGradient(path: string, target: string, flags: GradientFlags): Promise<void> {
  const { use = [], override } = flags;
  const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  model.notes.forEach(warn);
  const { options } = await readModelInput(model, flags, { files: createStore() });
  const vocabulary = withDefinitions(standard, await loadDefinitions(use));
  const bytes = await exportGradient(model, target, { ...options, vocabulary, overrides: override });
  await writeFileAtomic(flags.export, bytes);
  process.stdout.write(printableLines(`Written to ${flags.export}: picture in, gradient and value out\n`));
}
