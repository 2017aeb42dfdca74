import { join } from "node:path";
import { classify, compileAscent, maximize, XstarError, type AscentResult } from "@xstar/core";
import { writeFileAtomic } from "../files/atomic.js";
import { prepareFolder } from "../files/folder.js";
import { loadModel, type ModelFile } from "../load.js";
import { formatNumber } from "../report/format.js";
import { nodeRuntime } from "../runtime.js";
import { createProgress } from "../terminal/progress.js";
import { createFrames, type Frames } from "./frames.js";
import { withInterrupt } from "./interrupt.js";
import { planAscent, type Job, type MaximizeFlags, type Plan } from "./plan-ascent.js";
import { summarize } from "./summarize.js";
import { likeliestOf, type ClassShare } from "./likeliest.js";
import { writeAscent } from "./write-ascent.js";

/** `xstar maximize`: plans, climbs, writes. */
export async function runMaximize(path: string, targets: readonly string[], flags: MaximizeFlags): Promise<void> {
  const { threads, format, scale } = flags;
  const model = await loadModel(path, { runtime: nodeRuntime(threads === undefined ? {} : { threads }) });
  const plan = await planAscent(model, targets, flags);
  const folder = flags.out ?? join("out", model.name, folderName(plan.jobs));
  await withInterrupt(async (signal) => {
    const frames = createFrames();
    const startedAt = performance.now();
    const result = await climb(model, plan, { signal, frames, folder });
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    const ascent = { model, jobs: plan.jobs, result, frames, seconds, top: await likeliest(model, plan, result) };
    const files = await writeAscent(ascent, { folder, format, ...(scale !== undefined && { scale }) });
    if (flags.export) files.push([await exportAscent(model, plan, folder)]);
    process.stdout.write(summarize(ascent, files, folder));
    complainAbout(result, folder);
  });
}

function folderName([first, ...others]: readonly Job[]): string {
  return others.length === 0 ? first!.slug : `${first!.slug}-and-${others.length}-more`;
}

interface ClimbOptions {
  readonly signal: AbortSignal;
  readonly frames: Frames;
  readonly folder: string;
}

async function climb(model: ModelFile, plan: Plan, { signal, frames, folder }: ClimbOptions): Promise<AscentResult> {
  const run = maximize(model, plan.objectives, { ...plan.options, signal });
  const progress = createProgress({ stream: process.stderr, label: "maximize", total: plan.options.steps ?? 0 });
  const several = plan.jobs.length > 1;
  try {
    for await (const step of run) {
      if (step.index === 0) await prepareFolder(folder);
      frames.add(step);
      const mean = step.objective.reduce((a, b) => a + b) / step.objective.length;
      progress.update(step.index, `${several ? "mean activation" : "activation"} ${formatNumber(mean)}`);
    }
    return await run.result;
  } finally {
    if (frames.pictures.length > 0) progress.done();
  }
}

/** The three likeliest classes of each picture. */
async function likeliest(
  model: ModelFile,
  { options }: Plan,
  { last }: AscentResult,
): Promise<ClassShare[][] | undefined> {
  const shares = await classify(model, last.picture, options);
  return shares?.map((probabilities) => likeliestOf(probabilities, model.labels, 3));
}

async function exportAscent(model: ModelFile, { objectives, options }: Plan, folder: string): Promise<string> {
  const { step } = await compileAscent(model, objectives, options);
  await writeFileAtomic(join(folder, "ascent.onnx"), step.standalone());
  return "ascent.onnx";
}

/** What is done is kept; that it is not all makes the program end with an error. */
function complainAbout({ ended, last, record }: AscentResult, folder: string): void {
  if (ended === "aborted") throw new XstarError("aborted", `Stopped after ${last.index} of ${record.steps} steps`);
  if (ended === "diverged") {
    throw new XstarError(
      "diverged",
      `The picture or its activation was no longer finite after step ${last.index + 1}; "${folder}" holds the step before`,
      { hint: "A smaller --lr keeps it finite" },
    );
  }
}
