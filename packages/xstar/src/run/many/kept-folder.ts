import type { Goal, Maximized, Outcome } from "@xstar/runs";
import { classOf, knownOf, measureSet, tokenText, type Entry, type Manifest, type NamedToken } from "@xstar/results";
import { prepareFolder } from "../../files/folder.js";
import { compareEntry, type ComparedDataset } from "./compare-entry.js";
import { removeLeftovers, writeManifest } from "./manifest-file.js";
import { createSheet } from "./keep-sheet.js";
import { readAllMetrics } from "./recorded.js";
import { writePicture, type ManyFacts } from "./write-picture.js";

/** One of many targets. */
export interface ManyTarget extends Goal {
  /** As a person writes it: `conv2:7`. */
  readonly name: string;
  /** What its files are called, without ending. */
  readonly slug: string;
}

/** A folder with the pictures of many targets, always in a state to go on from. */
export interface KeptFolder {
  readonly manifest: Manifest;
  /** Writes what became of targets. */
  keep(targets: readonly ManyTarget[], outcomes: readonly Outcome[]): Promise<void>;
  /** Measures how different the pictures are when all are there, and writes the last sheet. */
  finish(): Promise<void>;
}

export interface KeepOptions {
  /** What the sheet is called. */
  readonly title: string;
  readonly facts: ManyFacts;
  /** The nearest real tokens of what was maximized, by place; undefined where it stands for none. */
  tokensOf(maximized: Maximized): readonly (readonly NamedToken[])[] | undefined;
  /** Names of the classes. */
  readonly labels?: readonly string[] | undefined;
  /** Real pictures to compare with. */
  readonly dataset: ComparedDataset | undefined;
}

/** Makes the folder ready, compares what it holds of the targets, and writes its manifest. Throws `file-not-writable`. */
export async function keepFolder(
  folder: string,
  begun: Manifest,
  targets: readonly ManyTarget[],
  { title, facts, tokensOf, dataset, labels = [] }: KeepOptions,
): Promise<KeptFolder> {
  let manifest = begun;
  let keeping: Promise<void> = Promise.resolve();
  const byName = new Map(targets.map((target) => [target.name, target]));
  const compare = async (entry: Entry) => {
    const target = byName.get(entry.target);
    if (!dataset || !target || entry.status !== "done") return entry;
    return compareEntry(folder, entry, target.measured ?? target.objective, dataset);
  };
  await prepareFolder(folder);
  await removeLeftovers(folder);
  if (dataset) {
    const { folder: images, count, scan } = dataset;
    const compared = await Promise.all(manifest.targets.map(compare));
    manifest = { ...manifest, images: { folder: images, count, read: scan.names.length }, targets: compared };
  }
  await writeManifest(folder, manifest);
  const sheet = createSheet(folder, title, () => manifest);

  /** Pictures are written before the manifest says that they are there: who is killed between does them again. */
  const write = async (maximized: readonly ManyTarget[], outcomes: readonly Outcome[]) => {
    const entries = await Promise.all(
      maximized.map(async (target, i) =>
        compare(named(await writeOutcome(folder, target, outcomes[i]!, { facts, tokensOf }), target, labels)),
      ),
    );
    const written = new Map(entries.map((entry) => [entry.target, entry]));
    manifest = { ...manifest, targets: manifest.targets.map((entry) => written.get(entry.target) ?? entry) };
    await writeManifest(folder, manifest);
    sheet.touch();
  };
  return {
    get manifest() {
      return manifest;
    },
    keep: (maximized, outcomes) => (keeping = keeping.then(() => write(maximized, outcomes))),
    async finish() {
      if (manifest.targets.every(({ status }) => status !== "waiting")) {
        manifest = { ...manifest, metrics: measureSet(await readAllMetrics(folder, manifest.targets)) };
        await writeManifest(folder, manifest);
      }
      await sheet.finish();
    },
  };
}

/** With what the class of its target is called. */
function named(entry: Entry, { measured, objective }: ManyTarget, labels: readonly string[]): Entry {
  const label = labels[classOf(measured ?? objective) ?? -1];
  return entry.status === "done" && label !== undefined ? { ...entry, label } : entry;
}

async function writeOutcome(
  folder: string,
  { name: target, slug, objective }: ManyTarget,
  outcome: Outcome,
  { facts, tokensOf }: Pick<KeepOptions, "facts" | "tokensOf">,
): Promise<Entry> {
  if ("failure" in outcome) return { target, slug, objective, status: "failed", reason: outcome.failure };
  const tokens = tokensOf(outcome);
  const files = await writePicture(folder, { target, slug, maximized: outcome, tokens }, facts);
  const { curve, step, seconds, warnings, metrics, ended } = outcome;
  return {
    target,
    slug,
    objective,
    status: "done",
    ...files,
    ended,
    activation: { start: curve[0]!, end: curve[step]! },
    steps: curve.length - 1,
    seconds: Math.round(1000 * seconds) / 1000,
    ...(metrics && { metrics: knownOf(metrics.picture) }),
    ...(tokens && { tokens: tokenText(tokens) }),
    warnings,
  };
}
