import { join } from "node:path";
import { fields } from "@xstar/core";
import type { Command } from "commander";
import { runArticle } from "../article/experiment.js";
import { summarizeArticle } from "../article/summary.js";
import { writeArticle } from "../article/write.js";
import { prepareFolder } from "../files/folder.js";
import { colorSupport } from "../terminal/color.js";
import { createProgress, type Progress } from "../terminal/progress.js";
import { valueOf } from "./flags.js";
import { withInterrupt } from "./interrupt.js";

interface ArticleFlags {
  readonly seed: number;
  readonly out: string;
  readonly cache: string;
}

const goesOn = "The same command goes on from the checkpoints";
const labels = { training: "train 3 networks", ascent: "climb", claims: "measure the two facts" } as const;

export function addArticle(program: Command): void {
  program
    .command("article")
    .description("Does what the article that xstar comes from does, on real MNIST, and writes a report")
    .option(
      "--seed <number>",
      "decides the random starts",
      valueOf("--seed", fields.int("", { min: 0, max: Number.MAX_SAFE_INTEGER })),
      1,
    )
    .option("--out <folder>", "where the report goes", join("out", "article"))
    .option("--cache <folder>", "trained networks are kept here", join("out", "cache"))
    .addHelpText(
      "after",
      `
Trains a small network on MNIST with seeds 0, 1 and 2 (or takes them from the cache), then changes the picture until the
network says "1": from ones, 0.5, zeros and random. Writes report.html, results.json, ascent.onnx, network.onnx and pictures.

Examples:
  xstar article
  xstar article --seed 7 --out out/article-7`,
    )
    .action((flags: ArticleFlags) => withInterrupt((signal) => article(flags, signal), goesOn));
}

async function article({ seed, out, cache }: ArticleFlags, signal: AbortSignal): Promise<void> {
  await prepareFolder(out);
  await prepareFolder(cache);
  const bars = new Map<string, Progress>();
  const run = await runArticle({
    seed,
    cache,
    signal,
    onProgress(stage, done, total, facts) {
      const bar = bars.get(stage) ?? createProgress({ stream: process.stderr, label: labels[stage], total });
      bars.set(stage, bar);
      bar.update(done, facts);
      if (done >= total) bar.done();
    },
  });
  const report = await writeArticle(run, out);
  const color = colorSupport(process.env, process.stdout.isTTY === true);
  process.stdout.write(summarizeArticle(run, { report, color, columns: process.stdout.columns ?? 80 }));
}
