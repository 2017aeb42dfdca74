import { basename, dirname, extname, resolve } from "node:path";
import { XstarError } from "@xstar/core";
import type { Command } from "commander";
import { writeFileAtomic } from "../../files/atomic.js";
import { readContract, readLabels } from "../../model/contract-file.js";
import { importFrom, notesOf } from "../../model/import.js";
import { naming } from "../../model/naming.js";
import { compareFolded } from "../../model/same-numbers.js";
import { printable } from "../../terminal/printable.js";
import { warn } from "../print-warnings.js";

export function addConvert(command: Command): void {
  command
    .option("--check", "run what was written twice, as it is and as xstar folds it, and compare the outputs")
    .addHelpText(
      "after",
      `
MODEL is a .keras or .h5 file, a model.json with its weights beside it, a SavedModel folder, a frozen .pb or a .tflite file.
OUT is MODEL.onnx in the current folder when left out. Neither Python nor TensorFlow is needed, and no code of a file is run.
All other commands take these files as they are. Class names in a labels.txt beside MODEL go into OUT.

Examples:
  xstar convert keras_model.h5
  xstar convert tfjs_model/model.json classifier.onnx
  xstar convert saved_model/ --check`,
    )
    .action((path: string, out: string | undefined, { check = false }: { check?: boolean }) =>
      convert(path, out, check),
    );
}

async function convert(path: string, out = `${nameOf(path)}.onnx`, isToCheck: boolean): Promise<void> {
  const labels = await labelsOf(path);
  const imported = await naming(path, () => importFrom(path, undefined, labels));
  if (resolve(out) === resolve(path)) throw new XstarError("bad-argument", `"${out}" would replace the model itself`);
  await writeFileAtomic(out, imported.onnx);
  process.stdout.write(
    `${printable(`${out}  (from ${imported.producer}, ${(imported.onnx.byteLength / 1e6).toFixed(2)} MB)`)}\n`,
  );
  notesOf(imported).forEach(warn);
  if (isToCheck) await checkNumbers(out, imported.onnx);
}

/** Of the folder, too, that one stands in. */
const nameOf = (path: string) => basename(resolve(path), extname(path));

/** The class names that lie beside the model: they go into the file. */
async function labelsOf(path: string) {
  const folder = dirname(path);
  return readLabels(folder, await readContract(folder, basename(path, extname(path))));
}

async function checkNumbers(out: string, onnx: Uint8Array): Promise<void> {
  const { error, isSame } = await naming(out, () => compareFolded(onnx));
  const difference = `the outputs differ by ${error.toExponential(1)} of the largest`;
  if (isSame) process.stdout.write(`Checked: as written and as folded ${difference}\n`);
  else
    throw new XstarError("runtime-failure", `As written and as folded ${difference} (in "${out}")`, {
      hint: "Please report it with the model: it should be rounding alone",
    });
}
