import { join } from "node:path";
import {
  cutsOf,
  expandTargets,
  fields,
  prepareModel,
  type PreparedModel,
  readTarget,
  standard,
  unitCounts,
  withDefinitions,
  XstarError,
} from "@xstar/core";
import { distinct, fittingLabels, readModelInput, readSound, slugOf, type ModelFlags } from "@xstar/runs";
import {
  drawingOf,
  findExamples,
  formatNumber,
  openTargets,
  planesOf,
  validView,
  wordFor,
  type ExamplesFile,
  type FoundExamples,
  type PictureSize,
} from "@xstar/results";
import type { Command } from "commander";
import { openExamples } from "../../data/pictures.js";
import { inFolder } from "../../files/folder.js";
import { readImage } from "../../files/image.js";
import { loadDefinitions } from "../../load-definitions.js";
import { loadModel } from "../../load.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { writeExamples } from "../../run/write-examples.js";
import { addModelFlags } from "../model-flags.js";
import { createProgress } from "../../terminal/progress.js";
import { printableLines } from "../../terminal/printable.js";
import { renderTable } from "../../terminal/table.js";
import { collect, valueOf } from "../flags.js";
import { warn } from "../print-warnings.js";
import { withInterrupt } from "../../terminal/interrupt.js";

interface ExamplesFlags extends ModelFlags {
  readonly dataset: string;
  readonly top: number;
  readonly beside?: string;
  readonly out?: string;
  readonly use?: readonly string[];
  readonly batch: number;
  readonly threads?: number;
}

export function addExamples(command: Command): void {
  command
    .requiredOption(
      "--dataset <folder>",
      "pictures (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP), also in folders inside; IDX files; mnist; or .wav files, where the model takes signals",
    )
    .option("--top <count>", "pictures in a row of the sheet", integer("--top", 1, 100), 9)
    .option("--beside <picture>", "a picture (or .wav file) to show them beside, such as one from xstar maximize")
    .option("--batch <count>", "pictures that go through the model at once", integer("--batch", 1, 1024), 8)
    .option("--out <folder>", "default: out/<model>/examples/<target>")
    .option("--threads <count>", "threads of ONNX Runtime", integer("--threads", 1, 256))
    .option("--use <module>", "a module that exports objectives of your own, as in ./my-parts.js", collect)
    .addHelpText("after", help)
    .action((path: string, targets: readonly string[], flags: ExamplesFlags) => runExamples(path, targets, flags));
  addModelFlags(command);
}

function integer(flag: string, min: number, max: number): (text: string) => number {
  return valueOf(flag, fields.int("", { min, max }));
}

const help = `
A TARGET is what it is for xstar maximize: LAYER:CHANNEL, LAYER:CHANNEL@Y,X, logit:CLASS, or sums and differences; LAYER:0-3 and
LAYER:* stand for many.
Pictures are cut at the sides to the form of the model's input; sounds are brought to its rate, and cut or followed by silence.
One that cannot be read is skipped and named.

Written are, for each target, a sheet with rows of the most exciting pictures, the least exciting ones and, for channels
of layers that look at parts of a picture, the parts that excite one place most; examples.html with captions; and
examples.json with the activation of every picture. Ctrl-C keeps what was found until then.

Examples:
  xstar examples squeezenet.onnx fire5/concat:7 --dataset photos --mean 0.408,0.459,0.482 --std 0.00392 --order BGR
  xstar examples net.onnx logit:3 logit:4 --dataset photos --top 16
  xstar examples speech.onnx logit:3 --dataset words --rate 16000
  xstar examples mnist-8.onnx Plus112_Output_0:3 --dataset mnist --input-range 0,255 --beside out/mnist-8/seven.png`;

async function runExamples(path: string, asked: readonly string[], flags: ExamplesFlags): Promise<void> {
  const { threads, top, batch } = flags;
  const model = await loadModel(path, { runtime: nodeRuntime(threads === undefined ? {} : { threads }) });
  const { options: input } = await readModelInput(model, flags, { files: createStore() });
  const vocabulary = withDefinitions(standard, await loadDefinitions(flags.use ?? []));
  const options = { ...input, vocabulary };
  const first = await prepareModel(model, 1, options);
  const counts = unitCounts(model.source, first.normalized, options.logits, first.input);
  const labels = fittingLabels(model, counts.get("logit"), warn);
  const targets = expandTargets(asked, counts, cutsOf(model.source));
  for (const target of asked.filter((one) => targets.includes(one)))
    readTarget(target, { first, further: new Map() }, { vocabulary, labels, isTyped: true });
  const pictures = await openExamples(flags.dataset, first);
  const slugs = distinct(targets.map(slugOf));
  const name = slugs.length === 1 ? slugs[0]! : `${slugs[0]}-and-${slugs.length - 1}-more`;
  const folder = flags.out ?? join("out", model.name, "examples", name);
  const named = targets.map((target) => ({ target, objective: target }));
  const opened = await openTargets(model, named, { ...options, ...(labels && { labels }), batch });
  const { size } = opened;
  const beside = flags.beside === undefined ? undefined : await readBeside(flags.beside, size, first);
  const findInto = async (signal: AbortSignal) => {
    const count = pictures.names.length;
    const progress = createProgress({ stream: process.stderr, label: "examples", total: count });
    const onPicture = (seen: number, skipped: number) =>
      progress.update(seen, `picture ${seen} of ${count}${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    const found = await findExamples(opened, pictures, { signal, onPicture });
    progress.done();
    if (found.skipped.length === found.seen) throw nothingSeen(found);
    const written = { model, folder, images: flags.dataset, pictures, size, top, slugs, beside };
    process.stdout.write(printableLines(describe(await writeExamples(found, written), opened.probe.assumed, folder)));
    if (found.seen < count) throw new XstarError("aborted", `Stopped after ${found.seen} of ${count} pictures`);
  };
  await inFolder(folder, () => withInterrupt(findInto)).finally(() => opened.probe.release());
}

async function readBeside(path: string, size: PictureSize | undefined, { shape, holds }: PreparedModel) {
  if (size) return { path, picture: validView(planesOf(await readImage(path, size)), { low: 0, high: 1 }).picture };
  const one = shape.slice(1);
  const { values } = await readSound(path, { shape: one, holds, files: createStore() });
  return { path, picture: drawingOf([], holds).raw({ dtype: "float32", shape: one, data: values }) };
}

function nothingSeen({ seen, skipped }: FoundExamples): XstarError {
  if (seen === 0) return new XstarError("aborted", "Stopped before the first picture");
  return new XstarError("bad-data", `None of the ${seen} pictures could be used: ${skipped[0]!.reason}`);
}

function describe({ targets, images }: ExamplesFile, assumed: readonly string[], folder: string): string {
  const rows = targets.flatMap(({ target, most, least, summary }) => [
    [target, "most", formatNumber(most[0]!.activation), most[0]!.name],
    ...most.slice(1, 3).map(({ activation, name }) => ["", "", formatNumber(activation), name]),
    ["", "median", formatNumber(summary.median), ""],
    ...(least[0] ? [["", "least", formatNumber(least[0].activation), least[0].name]] : []),
  ]);
  const files = [...targets.map(({ sheet }) => sheet), "examples.html", "examples.json"];
  const written = files.length <= 6 ? files.join(", ") : `${files.length} files, listed in examples.json`;
  return [
    renderTable([["target", "", "activation", wordFor(images.holds)], ...rows]),
    ...assumed.map((sentence) => `Note: ${sentence}`),
    ...describeLeftOut(targets, wordFor(images.holds)),
    ...describeSkipped(images.skipped, wordFor(images.holds)),
    `Written to ${folder}: ${written}`,
    "",
  ].join("\n");
}

function describeLeftOut(targets: ExamplesFile["targets"], word: string): string[] {
  const names = [...new Set(targets.flatMap(({ leftOut }) => leftOut))];
  if (names.length === 0) return [];
  const were = names.length === 1 ? `1 ${word} is` : `${names.length} ${word}s are`;
  return [
    `Note: ${were} nearly the same as another one in a row, and left out there: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}`,
  ];
}

function describeSkipped(skipped: ExamplesFile["images"]["skipped"], word: string): string[] {
  if (skipped.length === 0) return [];
  const shown = skipped.slice(0, 3).map(({ reason }) => reason);
  const more = skipped.length > 3 ? `; ${skipped.length - 3} more are listed in examples.json` : "";
  const were = skipped.length === 1 ? `${word} was` : `${word}s were`;
  return [`Warning: ${skipped.length} ${were} skipped: ${shown.join("; ")}${more}`];
}
