import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeDiversity } from "@xstar/results";
import type { DoneEntry, Entry, SetMetrics } from "@xstar/runs";
import type { RecordedMetrics } from "./write-picture.js";

/** How different the pictures of a folder are, by what their records say: the same whichever run made them. */
export async function measureSet(folder: string, entries: readonly Entry[]): Promise<SetMetrics> {
  const done = entries.filter((entry): entry is DoneEntry => entry.status === "done");
  const recorded = await Promise.all(done.map(({ record }) => readMetrics(join(folder, record))));
  const layers = new Set(recorded.map((metrics) => metrics?.layer));
  const [layer] = layers;
  if (layers.size > 1 || recorded.includes(undefined))
    return { layer: undefined, diversity: undefined, missing: { diversity: notAll } };
  const diversity = describeDiversity(recorded.map((metrics) => metrics?.features));
  return "value" in diversity
    ? { layer, diversity: diversity.value, missing: {} }
    : { layer, diversity: undefined, missing: { diversity: diversity.why } };
}

const notAll = "Not all pictures were measured in the same layer";

async function readMetrics(path: string): Promise<RecordedMetrics | undefined> {
  try {
    return (JSON.parse(await readFile(path, "utf8")) as { readonly metrics?: RecordedMetrics }).metrics;
  } catch {
    return undefined;
  }
}
