import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AscentRecord } from "@xstar/core";
import type { DoneEntry, Entry, Job, RecordedMetrics } from "@xstar/results";

/** What the record of one of many pictures holds. */
export interface Recorded {
  readonly metrics?: RecordedMetrics;
  readonly ascent?: AscentRecord;
  readonly pictures?: readonly Job[];
}

/** The record of a picture; undefined where it is gone or damaged. */
export async function readRecorded(path: string): Promise<Recorded | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Recorded;
  } catch {
    return undefined;
  }
}

/** What the records of the finished pictures of a folder say of them. */
export function readAllMetrics(folder: string, entries: readonly Entry[]): Promise<(RecordedMetrics | undefined)[]> {
  const done = entries.filter((entry): entry is DoneEntry => entry.status === "done");
  return Promise.all(done.map(async ({ record }) => (await readRecorded(join(folder, record)))?.metrics));
}
