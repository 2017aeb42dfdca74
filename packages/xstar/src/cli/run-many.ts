import { XstarError, type MaximizeOptions, type Spec } from "@xstar/core";
import { slugOf, type MaximizeFlags, type ModelFile, type Plan } from "@xstar/runs";
import {
  featureLayer,
  formatNumber,
  isOfOnePicture,
  networksOf,
  rawView,
  scanDataset,
  type ComparedImages,
  type Entry,
  type RunFacts,
} from "@xstar/results";
import type { ComparedDataset } from "../run/many/compare-entry.js";
import { makeMany, type ManyProgress, type ManyResult } from "../run/many/make-many.js";
import type { CaptionedPicture } from "../terminal/blocks.js";
import { createLiveView } from "../terminal/live-view.js";
import { printableLines } from "../terminal/printable.js";
import { createProgress } from "../terminal/progress.js";
import { openExamples } from "../data/pictures.js";
import { version } from "../version.js";
import { numberedFolder } from "../run/claim-folder.js";
import { sayWhere } from "./print-warnings.js";
import { withInterrupt } from "../terminal/interrupt.js";

/** The flags of `xstar maximize` that say how many targets at once are made. */
type ManyFlags = Pick<
  MaximizeFlags,
  | "jobs"
  | "memory"
  | "threads"
  | "scale"
  | "dataset"
  | "format"
  | "export"
  | "profile"
  | "checkpoint"
  | "resume"
  | "use"
>;

/** The name of the folder of many targets, from what the command line calls them. */
export function manyFolderName(targets: readonly string[]): string {
  return slugOf(targets.map((target) => target.replaceAll("*", "all")).join(" and "));
}

const fromOne = (flag: string) => `Make it of one of the pictures afterwards: xstar maximize --from PICTURE ${flag}`;

/** Throws `bad-argument` for flags that only mean something for targets that are named one by one. */
export function refuseForMany({ format = "none", export: isExported, profile, checkpoint }: ManyFlags): void {
  const refused = [
    format !== "none" && ["--format", "have no animations", fromOne(`--format ${format}`)],
    profile && ["--profile", "are made in threads, which have no profile", fromOne("--profile")],
    isExported && ["--export", "are no single ascent", fromOne("--export")],
    checkpoint !== undefined && [
      "--checkpoint",
      "need no checkpoints",
      "Every picture is kept as soon as it is finished, and the same command makes those that are missing",
    ],
  ].find((one): one is [string, string, string] => Array.isArray(one));
  if (!refused) return;
  const [flag, why, hint] = refused;
  throw new XstarError("bad-argument", `"${flag}" is for targets that are named one by one: many at once ${why}`, {
    hint,
  });
}

/** `xstar maximize` for many targets: goes on where it stopped, shows how far it is, and says what there is. */
export async function runMany(
  model: ModelFile,
  { jobs, objectives, targets: measured, options, files, recipe, shape, holds }: Plan,
  {
    named,
    usual,
    flags,
    device,
  }: {
    readonly named: string | undefined;
    readonly usual: string;
    readonly flags: ManyFlags;
    readonly device: Pick<RunFacts, "device" | "precision">;
  },
): Promise<void> {
  const { jobs: runners, memory, threads = device.device === undefined ? 1 : model.runtime.threads, scale } = flags;
  if (flags.resume)
    process.stderr.write("Many targets at once always go on where they stopped, without --resume too\n");
  const { dataset: images } = flags;
  const real =
    images === undefined ? undefined : { folder: images, pictures: await openExamples(images, { shape, holds }) };
  const targets = jobs.map(({ target, slug }, i) => ({
    name: target,
    slug,
    objective: objectives[i]!,
    measured: measured[i]!,
  }));
  const { folder, result } = await withInterrupt(async (signal) => {
    const dataset = real && (await scanImages(model, real, { objectives: measured, options, signal }));
    const view = createView();
    const make = (folder: string) =>
      makeMany(model, targets, options, {
        folder,
        signal,
        onProgress: view.show,
        threads,
        ...(flags.use && { use: flags.use }),
        ...(runners !== undefined && { jobs: runners }),
        ...(memory !== undefined && { memory }),
        ...(dataset && { dataset }),
        facts: {
          run: { xstar: version, threads, ...device, recipe, ...files },
          start: jobs[0]!.start,
          ...(scale !== undefined && { scale }),
        },
      });
    try {
      return named === undefined ? await inUsualFolder(usual, make) : { folder: named, result: await make(named) };
    } finally {
      view.done();
    }
  }, "The same command goes on from there");
  process.stdout.write(printableLines(summarizeMany(result, folder)));
  complainAbout(result);
}

/** Makes pictures in the usual folder; where that holds those of another ascent, in the first one numbered behind it that does not. */
async function inUsualFolder<T>(usual: string, make: (folder: string) => Promise<T>) {
  for (let i = 1; ; i++) {
    const folder = numberedFolder(usual, i);
    try {
      const result = await make(folder);
      if (folder !== usual) sayWhere(usual, folder);
      return { folder, result };
    } catch (error) {
      if (!XstarError.is(error) || !error.details?.["holdsAnother"]) throw error;
    }
  }
}

interface ScannedRun {
  readonly objectives: readonly Spec[];
  readonly options: MaximizeOptions;
  readonly signal: AbortSignal;
}

/** Shows the network the real pictures, once for all targets. Throws the signal's reason when it is stopped. */
async function scanImages(
  model: ModelFile,
  { folder, pictures }: ComparedImages,
  { objectives, options, signal }: ScannedRun,
): Promise<ComparedDataset> {
  const { own } = networksOf(model, options);
  const count = pictures.names.length;
  const progress = createProgress({ stream: process.stderr, label: "images", total: count });
  try {
    const scan = await scanDataset(model, pictures, {
      objectives: objectives.filter((one) => isOfOnePicture(one, options.vocabulary)),
      layer: await featureLayer(model, own),
      options: own,
      signal,
      onPicture: (seen) => progress.update(seen, `picture ${seen} of ${count}`),
    });
    signal.throwIfAborted();
    return { folder, count, scan };
  } finally {
    progress.done();
  }
}

/** Pictures that the live view may show. */
const newest = 16;

/** The live view of many pictures: the ones seen last first. */
function createView() {
  let view: ReturnType<typeof createLiveView> | undefined;
  const seen = new Map<string, ManyProgress["latest"]>();
  const pictures = (): CaptionedPicture[] =>
    [...seen.values()].toReversed().flatMap(({ target, preview }) => {
      const planes = preview();
      return planes ? [{ picture: rawView(planes).picture, caption: target.slice(target.lastIndexOf(":") + 1) }] : [];
    });
  return {
    show({ steps, ofSteps, finished, targets, latest }: ManyProgress) {
      view ??= createLiveView({ stream: process.stderr, label: "maximize", total: ofSteps, several: true });
      seen.set(latest.target, latest);
      for (const target of [...seen.keys()].slice(0, -newest)) seen.delete(target);
      view.update(steps, `${finished} of ${targets}  ${latest.target} ${formatNumber(latest.activation)}`, pictures);
    },
    done: () => view?.done(),
  };
}

export function summarizeMany({ manifest, made, skipped }: ManyResult, folder: string): string {
  const were = skipped > 0 ? `, ${skipped} ${skipped === 1 ? "was" : "were"} there already` : "";
  // what is no picture has no place on a sheet
  const isDrawn = manifest.targets.some((entry) => entry.status === "done" && entry.file.endsWith(".png"));
  const files = `${folder}: ${isDrawn ? "sheet.png, index.html, " : ""}manifest.json`;
  return [
    `${made} ${made === 1 ? "picture" : "pictures"} made${were}`,
    ...summarizeWarnings(manifest.targets),
    files,
    "",
  ].join("\n");
}

/** What differs between warnings of one kind. */
const numbersInWords = /(?:less than )?[-−]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** A line for each kind of warning: which targets have it, and what it says of the first. */
export function summarizeWarnings(entries: readonly Entry[]): string[] {
  const kinds = new Map<string, { readonly targets: string[]; readonly first: string }>();
  for (const entry of entries) {
    if (entry.status !== "done") continue;
    for (const warning of entry.warnings) {
      const kind = warning.replaceAll(numbersInWords, "");
      const known = kinds.get(kind);
      if (known) known.targets.push(entry.target);
      else kinds.set(kind, { targets: [entry.target], first: warning });
    }
  }
  return [...kinds.values()].map(({ targets, first }) => {
    const which = targets.length === 1 ? targets[0]! : `${targets.length} of ${entries.length} (${listed(targets)})`;
    return `Warning for ${which}: ${first}`;
  });
}

/** Names in a line; of many the first ones. */
function listed(names: readonly string[]): string {
  const shown = 8;
  const more = names.length - shown;
  return more > 0 ? `${names.slice(0, shown).join(", ")} and ${more} more` : names.join(", ");
}

/** Pictures that divergedAt, or are not there, make the program end with an error; all others are kept. */
function complainAbout({ manifest }: ManyResult): void {
  const { targets } = manifest;
  const broken = targets.filter((entry) => entry.status === "done" && entry.ended === "diverged");
  const failed = targets.filter((entry) => entry.status === "failed");
  if (broken.length + failed.length === 0) return;
  const names = (entries: readonly Entry[]) => listed(entries.map(({ target }) => target));
  const parts = [
    ...(failed.length > 0 ? [`gave no picture: ${names(failed)} (${failed[0]!.reason})`] : []),
    ...(broken.length > 0 ? [`divergedAt, and their pictures are from before: ${names(broken)}`] : []),
  ];
  const problem = `${broken.length + failed.length} of ${targets.length} targets were no longer finite; ${parts.join("; ")}`;
  throw new XstarError("diverged", problem, { hint: "A smaller --lr keeps them finite; all others are whole" });
}
