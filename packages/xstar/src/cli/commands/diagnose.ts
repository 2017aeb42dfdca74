import { join } from "node:path";
import { prepareModel, unitCounts, XstarError } from "@xstar/core";
import { byImportance, diagnose, type Finding, type Observations } from "@xstar/results";
import { fittingLabels, readModelInput, type ModelFlags } from "@xstar/runs";
import type { Command } from "commander";
import { openLabelled, type OpenedLabelled } from "../../data/labelled.js";
import { inFolder } from "../../files/folder.js";
import { loadModel } from "../../load.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { writeDiagnosis } from "../../run/write-diagnosis.js";
import { withInterrupt } from "../../terminal/interrupt.js";
import { printableLines } from "../../terminal/printable.js";
import { createProgress } from "../../terminal/progress.js";
import { addModelFlags } from "../model-flags.js";
import { say, warn } from "../print-warnings.js";

interface DiagnoseFlags extends ModelFlags {
  readonly images: string;
  readonly train?: string;
  readonly out?: string;
}

export function addDiagnose(command: Command): void {
  command
    .requiredOption("--images <where>", "pictures with classes, which the network was not trained with")
    .option("--train <where>", "those that it was trained with")
    .option("--out <folder>", "default: out/<model>/diagnosis")
    .addHelpText("after", help)
    .action((path: string, flags: DiagnoseFlags) => runDiagnose(path, flags));
  addModelFlags(command);
}

const help = `
WHERE is a folder with one folder for each class, a CSV or JSONL file of paths and labels, a folder of IDX files, or mnist. Folders are
found among the model's classes by their name or number (labels.txt beside the model says what those are called).

Written are diagnosis.html, with the most important finding first, its pictures, what was changed to prove it, and what to do; and
diagnosis.json with the same for programs. Ctrl-C keeps what was found until then.

Examples:
  xstar diagnose net.onnx --images photos/test
  xstar diagnose net.onnx --images photos/test --train photos/train
  xstar diagnose out/article/network.onnx --images mnist --train mnist:train`;

async function runDiagnose(path: string, flags: DiagnoseFlags): Promise<void> {
  const model = await loadModel(path, { runtime: nodeRuntime() });
  model.notes.forEach(warn);
  const { options } = await readModelInput(model, flags, { files: createStore() });
  const first = await prepareModel(model, 1, options);
  const classes = unitCounts(model.source, first.normalized, options.logits, first.input).get("logit");
  if (classes === undefined)
    throw new XstarError("bad-argument", "The model has no class scores, so there is no right and wrong to look at", {
      hint: "Name the output that has them with --logits",
    });
  const labels = fittingLabels(model, classes, warn);
  const open = async (from: string, part: "train" | "test") => {
    const opened = await openLabelled(from, { labels, classes, part });
    sayUnknown(from, opened);
    return { from, pictures: opened.pictures };
  };
  const images = await open(flags.images, "test");
  const train = flags.train === undefined ? undefined : await open(flags.train, "train");
  const folder = flags.out ?? join("out", model.name, "diagnosis");
  const diagnoseInto = async (signal: AbortSignal) => {
    const findings: Finding[] = [];
    let observed: Observations | undefined;
    const progress = createProgress({ stream: process.stderr, label: "diagnose", total: 0 });
    const found = diagnose(model, images.pictures, {
      ...options,
      ...(labels && { labels }),
      train: train?.pictures,
      signal,
      onProgress: (what, done, of) => progress.update(0, `${what} ${done} of ${of}`),
      onSeen: (seen) => (observed = seen),
    });
    for await (const finding of found) findings.push(finding);
    progress.done();
    if (!observed || observed.names.length === 0) throw nothingSeen(images.from, observed);
    const isWhole = !signal.aborted;
    const file = await writeDiagnosis(folder, { model, labels, findings, observed, images, train, isWhole });
    const lines = byImportance(findings).map(({ severity, title }) => `${severity.padEnd(8)} ${title}`);
    const skipped = observed.skipped.length;
    if (skipped > 0)
      warn(
        `${skipped} pictures could not be read: ${observed.skipped
          .slice(0, 3)
          .map(({ reason }) => reason)
          .join("; ")}`,
      );
    process.stdout.write(
      printableLines(`${lines.join("\n")}\n\n${file.summary}\nWritten to ${folder}: diagnosis.html, diagnosis.json\n`),
    );
    if (!isWhole) throw new XstarError("aborted", "Stopped before all checks were made");
  };
  await inFolder(folder, () => withInterrupt(diagnoseInto));
}

function nothingSeen(from: string, observed: Observations | undefined): XstarError {
  const [first] = observed?.skipped ?? [];
  if (!first) return new XstarError("aborted", "Stopped before the first picture");
  return new XstarError("bad-data", `None of the pictures of "${from}" could be used: ${first.reason}`);
}

function sayUnknown(from: string, { unknown }: OpenedLabelled): void {
  if (unknown.size === 0) return;
  const names = [...unknown].slice(0, 5).map(([name, count]) => `${name} (${count})`);
  say(
    `Note: ${unknown.size} labels of "${from}" are no classes of the model, and their pictures have none: ${names.join(", ")}${unknown.size > 5 ? ", ..." : ""}`,
  );
}
