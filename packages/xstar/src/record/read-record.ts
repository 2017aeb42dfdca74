import { findRecord, type FoundRecord } from "@xstar/results";
import { readFileOrExplain } from "../files/read.js";

/** The record in a file. Throws `file-not-readable`, and what `findRecord` does. */
export async function readRecord(path: string): Promise<FoundRecord> {
  return findRecord(await readFileOrExplain(path), path);
}
