import { join } from "node:path";
import type { Spec } from "@xstar/core";
import { compareWithDataset, examplesFor, knownOf, type DatasetScan, type DoneEntry } from "@xstar/results";
import { writeFileAtomic } from "../../files/atomic.js";
import { readRecorded } from "./recorded.js";

/** Real pictures that those of many targets are compared with. */
export interface ComparedDataset {
  /** As the caller named it. */
  readonly folder: string;
  /** Pictures that it has, with those that could not be read. */
  readonly count: number;
  readonly scan: DatasetScan;
}

/**
 * Adds to the record of a picture what real pictures make of it, by the features that it holds: whichever run made it. Gives
 * the entry with that; the same entry where the picture was not measured.
 */
export async function compareEntry(
  folder: string,
  entry: DoneEntry,
  measured: Spec,
  { scan }: ComparedDataset,
): Promise<DoneEntry> {
  const path = join(folder, entry.record);
  const record = await readRecorded(path);
  const [picture] = record?.metrics?.pictures ?? [];
  if (!record?.metrics || !picture) return entry;
  const { layer, features } = record.metrics;
  const compared = compareWithDataset(picture, features, examplesFor(measured, layer, scan));
  const metrics = { ...record.metrics, pictures: [compared] };
  await writeFileAtomic(path, `${JSON.stringify({ ...record, metrics }, undefined, 1)}\n`);
  return { ...entry, metrics: knownOf(compared) };
}
