import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { prepareModel, unitCounts, XstarError } from "@xstar/core";
import {
  byImportance,
  checks,
  decodeDiagnosis,
  diagnose,
  encodeDiagnosis,
  sha256Of,
  type Finding,
  type LabelledPictures,
  type Observations,
} from "@xstar/results";
import { fittingLabels, readModelInput, type ModelFile, type ModelFlags } from "@xstar/runs";
import type { Command } from "commander";
import { openLabelled, type OpenedLabelled } from "../../data/labelled.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { inFolder } from "../../files/folder.js";
import { loadModel } from "../../load.js";
import { createSourceFiles } from "../../record/file-reference.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { writeDiagnosis } from "../../run/write-diagnosis.js";
import { withInterrupt } from "../../terminal/interrupt.js";
import { printableLines } from "../../terminal/printable.js";
import { createProgress } from "../../terminal/progress.js";
import { version } from "../../version.js";
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
diagnosis.json with the same for programs. Ctrl-C keeps what was found until then; the same command goes on.

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
  const identity = await identityOf(path, model, options, [images, train]);
  const kept = join(folder, "diagnosis.checkpoint");
  const diagnoseInto = async (signal: AbortSignal) => {
    const before = await readDiagnosis(kept, identity, warn);
    if (before) say(`Going on where "${folder}" was stopped: ${before.observed.names.length} pictures seen`);
    const findings: Finding[] = [...(before?.findings ?? [])];
    const made: string[] = [...(before?.made ?? [])];
    let fresh: Finding[] = [];
    let observed: Observations | undefined;
    let training: Observations | undefined;
    const progress = createProgress({ stream: process.stderr, label: "diagnose", total: 0 });
    const found = diagnose(model, images.pictures, {
      ...options,
      ...(labels && { labels }),
      train: train?.pictures,
      only: checks.map(({ name }) => name).filter((name) => !made.includes(name)),
      from: before,
      signal,
      onProgress: (what, done, of) => progress.update(0, `${what} ${done} of ${of}`),
      onSeen: (seen, seenToTrain) => ([observed, training] = [seen, seenToTrain]),
      onChecked(name) {
        made.push(name);
        findings.push(...fresh);
        fresh = [];
      },
    });
    for await (const finding of found) fresh.push(finding);
    progress.done();
    if (!observed || observed.names.length === 0) throw nothingSeen(images.from, observed);
    const isWhole = !signal.aborted;
    if (isWhole) await rm(kept, { force: true });
    else await writeFileAtomic(kept, encodeDiagnosis({ of: identity, observed, training, made, findings }));
    const parts = { model, labels, findings, observed, observedToTrain: training, images, train, isWhole };
    const file = await writeDiagnosis(folder, parts);
    const lines = byImportance(findings).map(({ severity, title }) => `${severity.padEnd(8)} ${title}`);
    for (const { skipped } of [observed, ...(training ? [training] : [])]) {
      const [some, count] = [skipped.slice(0, 3).map(({ reason }) => reason), skipped.length];
      if (count > 0) warn(`${count} ${count === 1 ? "picture" : "pictures"} could not be read: ${some.join("; ")}`);
    }
    process.stdout.write(
      printableLines(`${lines.join("\n")}\n\n${file.summary}\nWritten to ${folder}: diagnosis.html, diagnosis.json\n`),
    );
    if (!isWhole)
      throw new XstarError("aborted", "Stopped before all checks were made", {
        hint: "The same command goes on from here",
      });
  };
  await inFolder(folder, () => withInterrupt(diagnoseInto));
}

/** Which network, pictures and options a diagnosis is of. */
async function identityOf(
  path: string,
  model: ModelFile,
  options: object,
  sets: readonly ({ readonly from: string; readonly pictures: LabelledPictures } | undefined)[],
): Promise<string> {
  const { sha256 } = await createSourceFiles().referenceModel(path, model);
  const named = sets.map((set) => set && [set.from, set.pictures.names, set.pictures.labels]);
  return sha256Of(JSON.stringify([version, sha256, options, named]));
}

/** What is kept of a diagnosis that was stopped; undefined where there is none, or another one. */
async function readDiagnosis(path: string, identity: string, onOther: (sentence: string) => void) {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  const state = decodeDiagnosis(bytes, path);
  if (state.of === identity) return state;
  onOther(`"${path}" is of other pictures, another model or other options: all is looked at again`);
  return undefined;
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
    `Note: ${unknown.size === 1 ? `1 label of "${from}" is no class of the model, and its` : `${unknown.size} labels of "${from}" are no classes of the model, and their`} pictures have none: ${names.join(", ")}${unknown.size > 5 ? ", ..." : ""}`,
  );
}
