import { fields, XstarError } from "@xstar/core";
import type { Command } from "commander";
import type { ModelFile } from "../load.js";
import { maximizeMany, type ManyProgress, type ManyResult } from "../many/maximize-many.js";
import type { DoneEntry } from "../many/manifest.js";
import { thisPlatform } from "../record/platform.js";
import { rawView } from "../picture/view.js";
import { formatNumber } from "../report/format.js";
import type { CaptionedPicture } from "../terminal/blocks.js";
import { createLiveView } from "../terminal/live-view.js";
import { version } from "../version.js";
import { valueOf } from "./flags.js";
import { withInterrupt } from "./interrupt.js";
import type { Plan } from "./plan-ascent.js";
import { slugOf } from "./slug.js";

/** The flags of `xstar maximize` that count for many targets at once. */
export interface ManyFlags {
  readonly jobs?: number;
  readonly memory?: number;
}

export function addManyFlags(command: Command): void {
  command
    .optionsGroup("Many targets at once (LAYER:*, LAYER:0-63, LAYER:0,3,9):")
    .option(
      "--jobs <count>",
      "threads (default: one for each core)",
      valueOf("--jobs", fields.int("", { min: 1, max: 256 })),
    )
    .option("--memory <size>", "most that they may take, as in 2GB (default: half of what is free)", readMemory);
}

const units: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** `2GB`, `1.5 GiB`, `800MB` in bytes. */
export function readMemory(text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (bytes > 0) return bytes;
  throw new XstarError("bad-argument", `"--memory" must be a size such as 2GB or 800MB: current value is ${text}`);
}

/** The name of the folder of many targets, from what the command line calls them. */
export function manyFolderName(targets: readonly string[]): string {
  return slugOf(targets.map((target) => target.replaceAll("*", "all")).join(" and "));
}

/** `xstar maximize` for many targets: goes on where it stopped, shows how far it is, and says what there is. */
export async function runMany(
  model: ModelFile,
  { jobs, objectives, targets: measured, options, files, recipe }: Plan,
  { folder, ...limits }: ManyFlags & { readonly folder: string },
): Promise<void> {
  const targets = jobs.map(({ target, slug }, i) => ({
    name: target,
    slug,
    objective: objectives[i]!,
    measured: measured[i]!,
  }));
  const view = createView();
  const result = await withInterrupt(async (signal) => {
    try {
      return await maximizeMany(model, targets, options, {
        folder,
        signal,
        onProgress: view.show,
        ...limits,
        facts: {
          run: { xstar: version, platform: thisPlatform(), threads: 1, recipe, ...files },
          start: jobs[0]!.start,
        },
      });
    } finally {
      view.done();
    }
  });
  process.stdout.write(summarizeMany(result, folder));
  complainAbout(result);
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

function summarizeMany({ manifest, made, skipped }: ManyResult, folder: string): string {
  const were = skipped > 0 ? `, ${skipped} ${skipped === 1 ? "was" : "were"} there already` : "";
  const warned = manifest.targets.filter(
    (entry) => entry.status === "done" && entry.warnings.length > 0,
  ) as DoneEntry[];
  const [first] = warned;
  const warning =
    first &&
    `Warnings for ${warned.length} of ${manifest.targets.length}, as for ${first.target}: ${first.warnings[0]}\n`;
  const files = `${folder}: sheet.png, index.html, manifest.json`;
  return `${made} ${made === 1 ? "picture" : "pictures"} made${were}\n${warning ?? ""}${files}\n`;
}

/** Pictures that are not there make the program end with an error. */
function complainAbout({ manifest }: ManyResult): void {
  const failed = manifest.targets.filter((entry) => entry.status === "failed");
  const [first] = failed;
  if (!first) return;
  throw new XstarError(
    "diverged",
    `${failed.length} of ${manifest.targets.length} targets gave no picture: "${first.target}": ${first.reason}`,
  );
}
