import { basename, extname } from "node:path";
import { XstarError } from "@xstar/core";
import type { Command } from "commander";
import { writeFileAtomic } from "../files/atomic.js";
import { importFrom, notesOf } from "../model/import.js";
import { naming } from "../model/naming.js";
import { printable } from "../terminal/printable.js";
import { warn } from "./print-warnings.js";

export function addConvert(command: Command): void {
  command
    .addHelpText(
      "after",
      `
MODEL is a .keras or .h5 file, a model.json with its weights beside it, a SavedModel folder, a frozen .pb or a .tflite file.
OUT is MODEL.onnx in the current folder when left out. Neither Python nor TensorFlow is needed, and no code of a file is run.
All other commands take these files as they are.

Examples:
  xstar convert keras_model.h5
  xstar convert tfjs_model/model.json classifier.onnx`,
    )
    .action((path: string, out: string | undefined) => convert(path, out));
}

async function convert(path: string, out = `${basename(path, extname(path))}.onnx`): Promise<void> {
  if (out === path) throw new XstarError("bad-argument", `"${out}" would replace the model itself`);
  const imported = await naming(path, () => importFrom(path));
  await writeFileAtomic(out, imported.onnx);
  process.stdout.write(
    `${printable(`${out}  (from ${imported.producer}, ${(imported.onnx.byteLength / 1e6).toFixed(2)} MB)`)}\n`,
  );
  notesOf(imported).forEach(warn);
}
