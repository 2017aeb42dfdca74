import { realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { adagrad, fields, XstarError } from "@xstar/core";
import { formatPercent } from "@xstar/results";
import type { Command } from "commander";
import { writeFileAtomic } from "../../files/atomic.js";
import { inFolder, prepareFolder } from "../../files/folder.js";
import { explainSystemError } from "../../files/system-error.js";
import { createProgress, type Progress } from "../../terminal/progress.js";
import { printable } from "../../terminal/printable.js";
import { renderTable } from "../../terminal/table.js";
import { recipeFields } from "../../train/recipe.js";
import { trainNetwork } from "../../train/trained-network.js";
import { warn } from "../print-warnings.js";
import { valueOf } from "../flags.js";
import { withInterrupt } from "../../terminal/interrupt.js";

interface TrainFlags {
  readonly data: string;
  readonly set?: string;
  readonly firstLabel?: number;
  readonly transposed?: boolean;
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly threads: number;
  readonly out: string;
  readonly cache: string;
}

const { seed, epochs, batch, threads } = recipeFields;

export function addTrain(command: Command): void {
  command
    .option("--data <folder>", "folder of IDX files (gzip or not), or mnist", "mnist")
    .option("--set <name>", 'which set of the folder: what stands before "-train-images", as "emnist-letters"')
    .option(
      "--first-label <number>",
      "the label in the files of the first class (default: 1 for emnist-letters, else 0)",
      valueOf("--first-label", fields.int("", { min: 0, max: 255 })),
    )
    .option("--transposed", "the files hold each picture by columns (default: for names that begin with emnist)")
    .option("--no-transposed", "the files hold each picture by rows")
    .option("--seed <number>", "decides the first weights and the order of the pictures", valueOf("--seed", seed), 0)
    .option("--epochs <count>", "times that every picture is seen", valueOf("--epochs", epochs), 1)
    .option("--batch <count>", "pictures in a step", valueOf("--batch", batch), 64)
    .option("--lr <number>", "highest learning rate of Adagrad", valueOf("--lr", fields.number("", { above: 0 })), 0.1)
    .option(
      "--threads <count>",
      "threads of ONNX Runtime; another number gives another network, by a little",
      valueOf("--threads", threads),
      2,
    )
    .option("--out <file>", "where the network goes", join("out", "network.onnx"))
    .option("--cache <folder>", "trained networks and checkpoints are kept here", join("out", "cache"))
    .addHelpText(
      "after",
      `
Ctrl-C keeps the best network so far and a checkpoint; the same command then goes on from there.

Examples:
  xstar train
  xstar train --epochs 8 --out mnist.onnx
  xstar train --data fashion-mnist/ --seed 3 --out fashion.onnx
  xstar train --data emnist/ --set emnist-letters --out letters.onnx`,
    )
    .action((flags: TrainFlags) => withInterrupt((signal) => inFolder(flags.cache, () => train(flags, signal))));
}

async function train(flags: TrainFlags, signal: AbortSignal): Promise<void> {
  const { set, firstLabel, transposed, lr, out, ...options } = flags;
  await prepareFile(out);
  let bar: Progress | undefined;
  const network = await trainNetwork({
    ...options,
    files: {
      ...(set !== undefined && { set }),
      ...(firstLabel !== undefined && { firstLabel }),
      ...(transposed !== undefined && { transposed }),
    },
    optimizer: adagrad({ learningRate: lr }),
    signal,
    onWarning: warn,
    onProgress({ step, steps, loss, accuracy, tested }) {
      bar ??= createProgress({ stream: process.stderr, label: "train", total: steps });
      const test = tested === null ? "" : ` · test ${formatPercent(tested)}`;
      bar.update(step, `loss ${loss.toFixed(3)} · accuracy ${formatPercent(accuracy)}${test}`);
    },
  });
  bar?.done();
  await writeFileAtomic(out, network.model);
  const { accuracy, classAccuracy } = network.confusion;
  const rows = [
    ["class", "right"],
    ...classAccuracy.map((share, i) => [String(i), share === null ? "" : formatPercent(share)]),
  ];
  const took = network.cached ? "taken from the cache" : `trained in ${network.seconds.toFixed(0)} s`;
  process.stdout.write(`${renderTable(rows)}\n\nTest accuracy ${accuracy.toFixed(4)}, ${took}\n${printable(out)}\n`);
  if (!network.finished) {
    throw new XstarError("aborted", `Stopped before the end; "${out}" holds the best network so far`, {
      hint: "The same command goes on from the checkpoint",
    });
  }
}

/** Checks that a file can be written before the work for it is done. */
async function prepareFile(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw explainSystemError("file-not-writable", path, { code: "EISDIR" });
  if (existing && !existing.isFile()) return;
  await prepareFolder(dirname(await realpath(path).catch(() => path)));
}
