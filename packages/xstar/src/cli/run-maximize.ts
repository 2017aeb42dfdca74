import { dirname, join } from "node:path";
import {
  classify,
  compileAscent,
  exportCompiled,
  sameShape,
  standard,
  withDefinitions,
  XstarError,
  type AscentResult,
} from "@xstar/core";
import {
  createFrames,
  nameTokens,
  checkMemory,
  planAscent,
  runFileOf,
  settingsOf,
  type Ascent,
  type MaximizeFlags,
  type ModelFile,
  type Plan,
  type SavedAscent,
} from "@xstar/runs";
import {
  likeliestOf,
  longestWebp,
  usualScale,
  type ClassShare,
  type FoundRecord,
  type Job,
  type RunFacts,
} from "@xstar/results";
import { writeFileAtomic } from "../files/atomic.js";
import { openExamples } from "../data/pictures.js";
import { loadDefinitions } from "../load-definitions.js";
import { loadModel } from "../load.js";
import { writeRunFile } from "../run/write-run-file.js";
import { thisPlatform } from "../record/platform.js";
import { readRecord } from "../record/read-record.js";
import { createStore } from "../record/store.js";
import { deviceRuntime, type Device } from "../devices.js";
import { defaultThreads, nodeRuntime } from "../runtime.js";
import { version } from "../version.js";
import { checkpointFile, readCheckpoint, removeCheckpoint } from "../run/checkpoints.js";
import { claimFolder } from "../run/claim-folder.js";
import type { Profiler } from "../run/profile.js";
import { runPlan } from "../run/run-plan.js";
import { writeTogether } from "../run/staging.js";
import { printable } from "../terminal/printable.js";
import {
  complainAbout,
  complainAboutImages,
  printComparison,
  sayGradientFree,
  sayWhere,
  warn,
  warnAbout,
} from "./print-warnings.js";
import { withInterrupt } from "../terminal/interrupt.js";

/** `xstar maximize`: plans, climbs, writes. */
export async function runMaximize(
  first: string | undefined,
  others: readonly string[],
  flags: MaximizeFlags,
): Promise<void> {
  const isOther = flags.model !== undefined;
  // with --model, the first word is a target
  const [given, targets] = isOther && first !== undefined ? [undefined, [first, ...others]] : [first, others];
  const from = flags.from === undefined ? undefined : await readRecord(flags.from);
  checkArguments(given, targets, { from, resume: flags.resume });
  if (isOther && !from)
    throw new XstarError("bad-argument", '"--model" is for --from: the model of a new run is the first word');
  const threads = flags.threads ?? from?.record.threads ?? defaultThreads;
  const path = flags.model ?? from?.record.model.path ?? given!;
  const files = createStore(from && { files: from.record, folder: dirname(from.path), model: given });
  const device = flags.device ?? from?.record.device ?? "cpu";
  const profiler = flags.profile ? await (await import("../run/profile.js")).startProfiler() : undefined;
  const { keepGraphs } = await import("../files/kept-graphs.js");
  const settings = { threads, kept: keepGraphs(), profile: profiler?.prefix };
  const runtime = device === "cpu" ? nodeRuntime(settings) : await deviceRuntime(device as Device, settings);
  const precision = flags.precision ?? from?.record.precision;
  const model = await loadModel(await files.locate(path), { runtime, precision });
  model.notes.forEach(warn);
  const { use = [] } = flags;
  checkUse(use, from);
  const vocabulary = withDefinitions(standard, await loadDefinitions(use));
  const plan = await planAscent(model, targets, flags, {
    path,
    files,
    vocabulary,
    use,
    from,
    isOther,
    onWarning: warn,
  });
  const { files: read, jobs, recipe, isMany } = plan;
  const ran = { ...(device !== "cpu" && { device }), ...(model.precision && { precision: model.precision }) };
  const facts: RunFacts = {
    xstar: version,
    threads,
    ...ran,
    ...read,
    pictures: jobs,
    recipe,
  };
  const usualFolder = (name: string) => join("out", model.name, `${name}${from && !isOther ? "-again" : ""}`);
  if (isMany) {
    const { manyFolderName, refuseForMany, runMany } = await import("./run-many.js");
    refuseForMany(flags);
    const usual = usualFolder(manyFolderName(targets));
    return runMany(model, plan, { named: flags.out, usual, flags, device: ran });
  }
  if (flags.export && plan.options.gradientFree)
    throw new XstarError("bad-argument", '"--export" is for climbs by gradients, which are one graph');
  const usual = usualFolder(folderName(jobs));
  const compiled = once(() => compileAscent(model, plan.objectives, plan.options));
  await checkMemory(plan, compiled, { free: process.availableMemory(), memory: flags.memory });
  const { force = false, resume = false } = flags;
  const ownSettings = async () => settingsOf(plain({ ...facts, ascent: (await compiled()).record }));
  const claimed = await claimFolder({ named: flags.out, usual, force, resume, settings: ownSettings });
  if (flags.out === undefined && claimed.folder !== usual && !resume) sayWhere(usual, claimed.folder);
  try {
    await runInto(claimed.folder, { model, plan, flags, facts, from, compiled, profiler });
  } finally {
    await claimed.release();
  }
}

interface Prepared {
  readonly model: ModelFile;
  readonly plan: Plan;
  readonly flags: MaximizeFlags;
  readonly facts: RunFacts;
  readonly from: FoundRecord | undefined;
  readonly compiled: () => ReturnType<typeof compileAscent>;
  readonly profiler: Profiler | undefined;
}

/** Maximizes and writes, in a folder that nobody else writes. */
async function runInto(
  folder: string,
  { model, plan, flags, facts, from, compiled, profiler }: Prepared,
): Promise<void> {
  const { pictures: jobs } = facts;
  const { dataset } = flags;
  const images = dataset === undefined ? undefined : { folder: dataset, pictures: await openExamples(dataset, plan) };
  const look = formOf(flags, plan, from);
  const checkpoint = flags.resume ? await readCheckpoint(checkpointFile(folder), facts) : undefined;
  if (flags.resume && !checkpoint && (await isFinished({ folder, facts, compiled, ...look }))) {
    process.stdout.write(
      `"${printable(folder)}" already holds this run, finished: nothing is written (without --resume it is made again)\n`,
    );
    return;
  }
  const saved = flags.resume ? announce(checkpoint, folder) : undefined;
  await sayGradientFree(model, await compiled());

  await withInterrupt(async (signal) => {
    const frames = createFrames(look.format === "none" ? 1 : 64, saved?.frames);
    const startedAt = performance.now();
    const seconds = () => (saved?.seconds ?? 0) + Math.round(performance.now() - startedAt) / 1000;
    const maximized = { facts, compiled, frames, folder, saved, seconds, signal, every: flags.checkpoint };
    const result = await runPlan(model, plan, maximized);
    const profile = await profiler?.finish();
    const top = await likeliest(model, plan, result);
    const tokens = nameTokens(model, result);
    const platform = await thisPlatform();
    const ascent = { model, facts, platform, result, frames, seconds: seconds(), top, tokens, ...look };
    const { writePictures } = await import("../run/write-pictures.js");
    const { run, written } = await writeTogether(folder, async (staging) => {
      const pictures = await writePictures(ascent, staging);
      const file = runFileOf(ascent, pictures);
      await writeRunFile(staging, file);
      return {
        run: file,
        written: [
          ...pictures,
          ...(flags.export ? [[await writeExport(staging, await exportCompiled(model, await compiled()))]] : []),
        ],
      };
    });
    if (result.ended !== "aborted" || plan.stopAfter === result.last.index)
      await removeCheckpoint(checkpointFile(folder));
    const { reportAscent } = await import("../run/report-ascent.js");
    const metrics = await reportAscent(ascent, run, {
      plan,
      folder,
      images,
      signal,
      files: ["run.json", ...(flags.export ? ["ascent.onnx"] : [])],
    });
    const { summarize } = await import("../run/summarize.js");
    process.stdout.write(summarize(ascent, written, { plan, folder, metrics }));
    if (profile) process.stdout.write(await (await import("../run/profile.js")).writeProfile(folder, profile));
    warnAbout(result, jobs);
    if (flags.export && result.redirected.some((steps) => steps > 0))
      warn("ascent.onnx has no redirected gradients, which this run needed: in it a target that sleeps stays asleep");
    if (from) printComparison(from, ascent);
    if (plan.stopAfter !== result.last.index) complainAbout(result, folder);
    if (metrics) complainAboutImages(metrics);
  });
}

/** As it is read from a file. */
const plain = <T>(held: T): T => JSON.parse(JSON.stringify(held)) as T;

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A record never says which code is run: who repeats it names the modules again. */
function checkUse(use: readonly string[], from: FoundRecord | undefined): void {
  const before = from?.record.use ?? [];
  if (before.length === 0 || use.length > 0) return;
  throw new XstarError(
    "bad-argument",
    `"${from!.path}" was made with definitions of ${before.map(({ path }) => `"${path}"`).join(", ")}`,
    {
      hint: `Look at what they do, then name them: ${before.map(({ path }) => `--use ${path}`).join(" ")}`,
    },
  );
}

type PictureForm = Pick<Ascent, "scale" | "format">;

function checkArguments(
  path: string | undefined,
  targets: readonly string[],
  { from, resume }: { readonly from: FoundRecord | undefined; readonly resume: boolean | undefined },
): void {
  if (from || targets.length > 0) return;
  throw new XstarError("bad-argument", `Missing required argument '${path === undefined ? "model" : "targets"}'`, {
    hint: resume
      ? "Give the command's model, targets and flags again: --resume goes on only with the same ones"
      : "--help shows how it is used; --from takes both from a picture",
  });
}

/** How the pictures are drawn: as the flags say, as in the record for pictures of the same size, or as usual. */
function formOf(flags: MaximizeFlags, { shape, holds }: Plan, from: FoundRecord | undefined): PictureForm {
  const isSameSize = from !== undefined && sameShape(from.record.ascent.shape.slice(1), shape.slice(1));
  const kept = isSameSize ? from.record.scale : undefined;
  const scale = flags.scale ?? kept ?? usualScale(shape, holds);
  const isLong = Math.max(...shape.slice(-2)) * scale > longestWebp;
  // records of before told of no format
  const usual = from ? (from.record.format ?? "gif") : isLong ? "gif" : "webp";
  return { scale, format: flags.format ?? usual };
}

/** Whether a folder holds the whole result of the same run. */
async function isFinished({
  folder,
  facts,
  compiled,
  scale,
  format,
}: PictureForm & Pick<Prepared, "facts" | "compiled"> & { readonly folder: string }): Promise<boolean> {
  const kept = await readRecord(join(folder, "run.json")).catch(() => undefined);
  if (kept?.record.stopped !== null || kept.record.scale !== scale || kept.record.format !== format) return false;
  return settingsOf(plain({ ...facts, ascent: (await compiled()).record })) === settingsOf(kept.record);
}

function announce(saved: SavedAscent | undefined, folder: string): SavedAscent | undefined {
  process.stderr.write(
    saved ? `Going on after step ${saved.checkpoint.index}\n` : `No checkpoint is in "${folder}": begins at step 0\n`,
  );
  return saved;
}

function folderName([first, ...others]: readonly Job[]): string {
  return others.length === 0 ? first!.slug : `${first!.slug}-and-${others.length}-more`;
}

/** The three likeliest classes of each picture. */
async function likeliest(
  model: ModelFile,
  { options: { shapes, contract, inputs, logits, labels } }: Plan,
  { picture, inputs: maximized }: AscentResult,
): Promise<ClassShare[][] | undefined> {
  const given = { shapes, contract, inputs: { ...inputs, ...maximized }, logits };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const shares = await classify(model, picture, known);
  return shares?.map((probabilities) => likeliestOf(probabilities, labels, 3));
}

async function writeExport(folder: string, bytes: Uint8Array): Promise<string> {
  await writeFileAtomic(join(folder, "ascent.onnx"), bytes);
  return "ascent.onnx";
}
