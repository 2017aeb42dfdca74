import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { momentum } from "@xstar/core";
import { afterAll, beforeAll } from "vitest";
import { loadDataset, type SplitDataset } from "../data/dataset.js";
import { nodeRuntime } from "../runtime.js";
import type { TrainingRecipe } from "../train/recipe.js";
import { writeBands } from "./idx-folder.js";

/** What is doubted of training on so little. */
export const few = "The accuracy is measured on 30 pictures only";

export const runtime = nodeRuntime({ threads: 1 });

/** Folders with pictures of three bands, of the article's size and of 8 x 8, and the first one's pictures. */
export let data = "";
export let small = "";
export let dataset: SplitDataset;

const folders: string[] = [];

/** A folder that is removed after the tests of the file. */
export async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "xstar-train-"));
  folders.push(folder);
  return folder;
}

/** Writes the pictures before the tests of a file, and removes all folders after them. */
export function useBands(): void {
  beforeAll(async () => {
    data = await writeBands();
    small = await writeBands({ side: 8, train: 12, test: 6 });
    folders.push(data, small);
    dataset = await loadDataset(data);
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
}

/** A short training. */
export const recipe = (changes: Partial<TrainingRecipe> = {}): TrainingRecipe => ({
  data: "bands",
  test: "bands",
  seed: 0,
  epochs: 2,
  batch: 16,
  optimizer: momentum({ learningRate: 0.02 }),
  warmup: 0.2,
  threads: 1,
  ...changes,
});
