import { join } from "node:path";
import type { RunFile } from "@xstar/results";
import { writeFileAtomic } from "../files/atomic.js";

export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  await writeFileAtomic(join(folder, "run.json"), `${JSON.stringify(run, undefined, 2)}\n`);
}
