import { join } from "node:path";
import { fields } from "@xstar/core";
import type { Command } from "commander";
import { inFolder, isThere } from "../../files/folder.js";
import { colorSupport } from "../../terminal/color.js";
import { createProgress, type Progress } from "../../terminal/progress.js";
import { warn } from "../print-warnings.js";
import { valueOf } from "../flags.js";
import { withInterrupt } from "../../terminal/interrupt.js";

interface ArticleFlags {
  readonly seed: number;
  readonly confidence: number;
  readonly out: string;
  readonly cache: string;
  readonly network?: string;
}

const goesOn = "The same command goes on from the checkpoints";
const labels = {
  first: "train the first network",
  others: "train two more",
  ascent: "climb until it is sure, and from random starts",
  claims: "measure the two facts",
  diagnosis: "diagnose the network",
} as const;

export function addArticle(command: Command): void {
  command
    .option(
      "--seed <number>",
      "decides the random starts",
      valueOf("--seed", fields.int("", { min: 0, max: Number.MAX_SAFE_INTEGER })),
      1,
    )
    .option(
      "--confidence <number>",
      "climb until the network is so sure of every start; each further 9 takes about ten times as long",
      valueOf("--confidence", fields.number("", { min: 0.5, max: 0.999999 })),
      0.9999,
    )
    .option("--out <folder>", "where the report goes", join("out", "article"))
    .option(
      "--network <file>",
      "a network of 28x28 digits in the place of the first: Keras, TensorFlow, TF.js, TFLite, ONNX",
    )
    .option("--cache <folder>", "trained networks are kept here", join("out", "cache"))
    .addHelpText(
      "after",
      `
Trains a small network on MNIST (or takes it from the cache), changes the picture in 10 steps so that the network says "1",
from ones, 0.5, zeros and random, and shows that. Then trains two more, with other seeds, and measures everything. Writes
report.html, results.json, diagnosis.html, ascent.onnx, network.onnx and pictures.

Examples:
  xstar article
  xstar article --seed 7 --out out/article-7
  xstar article --network model.keras
  xstar article --confidence 0.99999    (what the article reports; takes minutes)`,
    )
    .action((flags: ArticleFlags) => withInterrupt((signal) => article(flags, signal), goesOn));
}

const article = (flags: ArticleFlags, signal: AbortSignal) =>
  inFolder(flags.out, () => inFolder(flags.cache, () => makeArticle(flags, signal)));

async function makeArticle({ seed, confidence, out, cache, network }: ArticleFlags, signal: AbortSignal) {
  // loaded where they are needed: help is quick without them
  const { runArticle } = await import("../../article/experiment.js");
  const { diagnoseArticle } = await import("../../article/diagnosis.js");
  const { summarizeArticle, summarizeFirst } = await import("../../article/summary.js");
  const { writeArticle, writeFirst } = await import("../../article/write.js");
  const bars = new Map<string, Progress>();
  const color = colorSupport(process.env, process.stdout.isTTY === true);
  const columns = process.stdout.columns ?? 80;
  const run = await runArticle({
    seed,
    confidence,
    cache,
    ...(network !== undefined && { network }),
    signal,
    onWarning: warn,
    async onFirstResult(first) {
      const report = join(out, "report.html");
      const isWhole = await isThere(join(out, "results.json"));
      if (!isWhole) await writeFirst(first, out);
      process.stdout.write(summarizeFirst(first, { color, columns, ...(!isWhole && { report }) }));
    },
    onProgress(stage, done, total, facts) {
      const bar = bars.get(stage) ?? createProgress({ stream: process.stderr, label: labels[stage], total });
      bars.set(stage, bar);
      bar.update(done, facts);
      if (done >= total) bar.done();
    },
  });
  const bar = createProgress({ stream: process.stderr, label: labels.diagnosis, total: 0 });
  const onProgress = (done: number, total: number, facts: string) => bar.update(0, `${facts} ${done} of ${total}`);
  const diagnosis = await diagnoseArticle(run.model, out, { signal, onProgress });
  bar.done();
  const report = await writeArticle(run, out, diagnosis);
  process.stdout.write(summarizeArticle(run, report));
}
