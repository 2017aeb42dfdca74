import { join } from "node:path";
import { inputKind, recordedKind, XstarError } from "@xstar/core";
import type { Ascent, Plan } from "@xstar/runs";
import {
  dataUri,
  drawExamples,
  drawingOf,
  maximizeReport,
  measureAscent,
  pictureOf,
  viewResult,
  type AscentMetrics,
  type ComparedImages,
  type InputBeside,
  type MeasuredAscent,
  type RunFile,
  type ShownInput,
  type TargetPictures,
} from "@xstar/results";
import { writeFileAtomic } from "../files/atomic.js";
import { readFileOrExplain } from "../files/read.js";
import { sharpCodec } from "../files/sharp-codec.js";
import { createProgress } from "../terminal/progress.js";
import { writeRunFile } from "./write-run-file.js";

export interface ReportOptions {
  readonly plan: Plan;
  readonly folder: string;
  readonly images: ComparedImages | undefined;
  readonly signal: AbortSignal;
  /** Files of the folder besides those of the pictures. */
  readonly files: readonly string[];
}

/** Examples in a row of the report. */
const examplesShown = 6;

/**
 * Measures the pictures of a run, adds that to `run.json` and writes `report.html`. The pictures are there already: what
 * cannot be measured is said, in the report too.
 */
export async function reportAscent(
  ascent: Ascent,
  run: RunFile,
  options: ReportOptions,
): Promise<AscentMetrics | undefined> {
  const { plan, folder, images } = options;
  const { measured, problem } = await attempt(() => measure(ascent, options));
  const metrics = measured?.metrics;
  for (const [name, why] of Object.entries(metrics?.missing.others ?? {}))
    process.stderr.write(`Warning: The second model "${name}" could not measure the pictures: ${why}\n`);
  const whole = metrics ? { ...run, metrics } : run;
  if (metrics) await writeRunFile(folder, whole);
  const report = await maximizeReport({
    run: whole,
    targets: plan.targets,
    views: await viewAll(ascent),
    examples: await drawAll(measured, images),
    animations: await Promise.all(run.pictures.map(({ files }) => readAnimation(folder, files))),
    beside: inputsBeside(ascent),
    files: options.files,
    codec: sharpCodec,
    vocabulary: plan.options.vocabulary,
    problem,
  });
  await writeFileAtomic(join(folder, "report.html"), report);
  return metrics;
}

async function measure(
  { model, facts, result }: Ascent,
  { plan, images, signal }: ReportOptions,
): Promise<MeasuredAscent> {
  const total = images?.pictures.names.length ?? 0;
  const progress = images && createProgress({ stream: process.stderr, label: "examples", total });
  try {
    return await measureAscent(
      model,
      {
        pictures: result.picture,
        inputs: result.inputs,
        targets: facts.pictures.map(({ target }, i) => ({ target, objective: plan.targets[i]! })),
        hasOpacity: result.picture.shape.length === 4 && result.picture.shape[1] === plan.shape[1]! + 1,
        options: plan.options,
      },
      { images, signal, onPicture: (seen) => progress?.update(seen, `picture ${seen} of ${total}`) },
    );
  } finally {
    progress?.done();
  }
}

interface Attempt {
  readonly measured?: MeasuredAscent;
  readonly problem?: string;
}

async function attempt(work: () => Promise<MeasuredAscent>): Promise<Attempt> {
  try {
    return { measured: await work() };
  } catch (error) {
    const problem = XstarError.is(error) || error instanceof Error ? error.message : String(error);
    process.stderr.write(`Warning: The metrics could not be measured: ${problem}\n`);
    return { problem };
  }
}

/** Larger animations stay beside the page. */
const mostBytes = 8e6;

async function readAnimation(folder: string, files: readonly string[]): Promise<string | undefined> {
  const name = files.find((one) => one.endsWith(".gif") || one.endsWith(".webp"));
  if (name === undefined) return undefined;
  const bytes = await readFileOrExplain(join(folder, name));
  return bytes.length > mostBytes ? undefined : dataUri(`image/${name.slice(name.lastIndexOf(".") + 1)}`, bytes);
}

async function viewAll({ facts, result, frames }: Ascent) {
  const { shape, holds } = result.record;
  const channels = shape.length === 4 ? shape[1]! : 1;
  if (holds) {
    return facts.pictures.map((_, i): ShownInput => {
      const [picture, start] = [pictureOf(result.picture, i), pictureOf(frames.first, i)];
      return { holds, picture, start };
    });
  }
  if (!drawingOf(shape).isDrawable) return facts.pictures.map(() => undefined);
  return Promise.all(
    facts.pictures.map((_, i) =>
      viewResult(pictureOf(result.picture, i), pictureOf(frames.first, i), channels, sharpCodec),
    ),
  );
}

/** What was maximized together with each picture. */
function inputsBeside({ model: { source }, facts, result }: Ascent): InputBeside[][] {
  const kinds = new Map(source.inputs.map((input) => [input.name, recordedKind(inputKind(source, input))]));
  return facts.pictures.map((_, i) =>
    Object.entries(result.inputs).map(([name, all]) => ({ name, holds: kinds.get(name), values: pictureOf(all, i) })),
  );
}

async function drawAll(
  measured: MeasuredAscent | undefined,
  images: ComparedImages | undefined,
): Promise<(TargetPictures | undefined)[]> {
  const { examples = [], size } = measured ?? {};
  return Promise.all(
    examples.map(async (one) =>
      one && images && one.examples.length > 0
        ? drawExamples(one, "", { pictures: images.pictures, size, top: examplesShown })
        : undefined,
    ),
  );
}
