import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam, channel, type MaximizeOptions } from "@xstar/core";
import type { DoneEntry } from "@xstar/results";
import { openBatchRunner, type BatchRunner, type ManyJob, type ModelFile } from "@xstar/runs";
import { afterEach, beforeEach } from "vitest";
import { loadModel } from "../load.js";
import type { ManyTarget } from "../run/many/kept-folder.js";
import { makeMany, type ManyOptions } from "../run/many/make-many.js";
import { readManifest } from "../run/many/manifest-file.js";
import { thisMachine } from "../run/many/this-machine.js";
import { nodeRuntime } from "../runtime.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

/** The folder of a test, with the model `tiny.onnx`, which is opened. */
export let folder: string;
export let model: ModelFile;

/** Makes the folder before every test of a file, and removes it after it. */
export function useModel(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "xstar-many-"));
    await writeFile(join(folder, "tiny.onnx"), tinyModel());
    model = await loadModel(join(folder, "tiny.onnx"), { runtime: nodeRuntime({ threads: 1 }) });
  });
  afterEach(() => rm(folder, { recursive: true }));
}

export const targetsOf = (layer: string, channels: readonly number[]): ManyTarget[] =>
  channels.map((at) => ({
    name: `${layer}:${at}`,
    slug: `${layer}-${at}`,
    objective: channel({ layer, channel: at }),
  }));

export const targets = [...targetsOf("conv", [0, 1, 2, 3]), ...targetsOf("scores", [0, 1, 2])];

export const ascent: MaximizeOptions = { recipe: "none", steps: 5, optimizer: adam({}), seed: 3 };

/** Climbs in this thread, and counts. */
export function counting() {
  const maximized: string[] = [];
  const start = (job: ManyJob): BatchRunner => {
    const opened = openBatchRunner(job, thisMachine);
    return {
      async run(goals, report, signal) {
        maximized.push(...goals.map(({ objective: { layer, channel: at } }) => `${layer}:${at}`));
        return (await opened).run(goals, report, signal);
      },
      close: async () => (await opened).close(),
    };
  };
  return { maximized, openBatchRunner: start };
}

export const run = (
  out: string,
  options: Partial<ManyOptions> = {},
  own: Partial<MaximizeOptions> = {},
  which = targets,
) =>
  makeMany(
    model,
    which,
    { ...ascent, ...own },
    { folder: join(folder, out), openBatchRunner: counting().openBatchRunner, ...options },
  );

/** Every file of a folder but those that tell times. */
export async function contents(out: string): Promise<Record<string, unknown>> {
  const timeless = (text: string) =>
    JSON.parse(text, (key, value: unknown) => (key === "seconds" ? 0 : value)) as unknown;
  const names = (await readdir(join(folder, out))).toSorted();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(folder, out, name));
        return [name, name.endsWith(".json") ? timeless(bytes.toString()) : bytes.toString("base64")] as const;
      }),
    ),
  );
}

export const doneIn = async (out: string) =>
  ((await readManifest(join(folder, out)))?.targets ?? []).filter(({ status }) => status === "done") as DoneEntry[];
