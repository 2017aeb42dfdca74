import { join } from "node:path";
import { fields, XstarError } from "@xstar/core";
import { formatDuration } from "@xstar/results";
import { parseDirections, readModelInput, type DirectionsWanted, type ModelFlags } from "@xstar/runs";
import type { Command } from "commander";
import { loadModel } from "../../load.js";
import { createStore } from "../../record/store.js";
import { nodeRuntime } from "../../runtime.js";
import { makeAtlas, type AtlasOptions, type AtlasResult } from "../../run/atlas/make-atlas.js";
import type { AtlasProgress } from "../../run/atlas/atlas-progress.js";
import type { AtlasEstimate } from "../../run/atlas/estimate.js";
import { zipAtlas } from "../../run/atlas/zip-atlas.js";
import { openStore } from "../../run/queue/open-store.js";
import { inQueue } from "../../run/queue/queued.js";
import { withInterrupt } from "../../terminal/interrupt.js";
import { printableLines } from "../../terminal/printable.js";
import { createProgress } from "../../terminal/progress.js";
import { valueOf } from "../flags.js";
import { addModelFlags } from "../model-flags.js";
import { warn } from "../print-warnings.js";

interface AtlasFlags extends ModelFlags {
  readonly layers?: readonly string[];
  readonly units?: number;
  readonly images?: string;
  readonly most?: number;
  readonly directions?: DirectionsWanted;
  readonly negative?: boolean;
  readonly diverse?: number;
  readonly recipe?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly jobs?: number;
  readonly beside?: readonly string[];
  readonly zip?: boolean;
  readonly estimate?: boolean;
  readonly queue?: string;
  readonly store?: string;
}

export function addAtlas(command: Command): void {
  command
    .option("--layers <names...>", "layers (default: all with units, but those that only show others in another form)")
    .option(
      "--units <count>",
      "pictures of so many units of each layer only, its first: a look at a large network (default: all)",
      integer("--units", 1),
    )
    .option("--images <folder>", "real pictures to show the units, also in folders inside; IDX files; or mnist")
    .option(
      "--most <count>",
      "of more real pictures so many are taken, evenly spaced (default: 5000)",
      integer("--most", 1),
    )
    .option(
      "--directions <counts>",
      "directions of each layer besides its units, found in the activations of --images: kmeans=16,nmf=16,sae=64, and map=12 for a map of 12 x 12 cells",
      parseDirections,
    )
    .option("--negative", "also a picture of what each unit wants least")
    .option(
      "--diverse <count>",
      "so many more pictures of each unit, from different starts and kept unlike each other",
      integer("--diverse", 2, 16),
    )
    .option("--recipe <spec>", "how pictures are made, as in lucid:steps=256, or none (default: auto)")
    .option("--steps <count>", "steps for each picture (default: the recipe's)", integer("--steps", 1))
    .option("--seed <number>", "decides every random number (default: 0)", integer("--seed", 0))
    .option("--jobs <count>", "threads that work (default: one for each core)", integer("--jobs", 1, 256))
    .option(
      "--queue <address>",
      "sends the work to xstar work on other machines, by redis://[user:password@]HOST[:PORT]",
    )
    .option(
      "--store <where>",
      "with --queue: a folder that all machines share, or s3://BUCKET/PREFIX?endpoint=URL (default: the queue's Redis)",
    )
    .option("--estimate", "only say how long it would take and how large it would be")
    .option("--beside <folders...>", "atlases of other networks, to compare the same unit or class with")
    .option("--zip", "also as one archive, <out>.zip")
    .option("--out <folder>", "default: out/<model>/atlas")
    .addHelpText("after", help)
    .action((path: string, flags: AtlasFlags) => runAtlas(path, flags));
  addModelFlags(command);
}

const integer = (flag: string, min: number, max?: number) =>
  valueOf(flag, fields.int("", { min, ...(max && { max }) }));

const help = `
The pages need no server: index.html opens as a file, and a web host serves the folder as it is (without .jobs, which holds what the
same command goes on from). Ctrl-C keeps what is finished and shows it; the same command goes on, even after kill -9, and
ends with the same bytes. With other --layers it adds them.

Examples:
  xstar atlas out/article/network.onnx --images mnist
  xstar atlas squeezenet.onnx --layers fire5/concat fire9/concat --images photos
  xstar atlas out/article/network.onnx --images mnist --layers dense1 --directions kmeans=16,nmf=16,sae=64
  xstar atlas squeezenet.onnx --images photos --units 8
  xstar atlas squeezenet.onnx --images photos --estimate`;

async function runAtlas(path: string, flags: AtlasFlags): Promise<void> {
  const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  model.notes.forEach(warn);
  const { options } = await readModelInput(model, flags, { files: createStore(), seed: flags.seed });
  const folder = flags.out ?? join("out", model.name, "atlas");
  const { layers, units, images, most, directions, negative, diverse, beside, recipe, steps, seed, jobs } = flags;
  const given = { layers, units, images, most, directions, negative, diverse, beside, recipe, steps, seed, jobs };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const queue = flags.queue === undefined ? undefined : await openQueue(flags.queue, flags.store);
  const progress = createProgress({ stream: process.stderr, label: "atlas", total: whole });
  let isEstimateOnly = false;
  const result = await withInterrupt(async (signal) => {
    try {
      return await makeAtlas(model, {
        ...options,
        ...(known as Partial<AtlasOptions>),
        folder,
        signal,
        ...(queue && { doJobs: queue.doJobs }),
        onEstimate(estimate) {
          process.stderr.write(`${describeEstimate(estimate)}\n`);
          isEstimateOnly = flags.estimate ?? false;
          return !isEstimateOnly;
        },
        onProgress: (now) => progress.update(Math.floor(whole * now.share), inWords(now)),
      });
    } catch (error) {
      if (isEstimateOnly) return undefined;
      throw error;
    } finally {
      if (!isEstimateOnly) progress.done();
      queue?.close();
    }
  }, "The same command goes on from there");
  if (!result) return;
  if (flags.zip) await zipAtlas(folder, `${folder}.zip`);
  process.stdout.write(printableLines(summarize(result, folder)));
  const [first, ...others] = result.failures;
  if (!first) return;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  throw new XstarError("diverged", `No picture was made of ${first.target}${more}: ${first.reason}`, {
    hint: "The atlas shows them with their reasons; all others are whole, and the same command tries these again",
  });
}

async function openQueue(queue: string, where: string | undefined) {
  const onAway = (reason: string) => warn(`The store is away, and is tried again: ${reason}`);
  const { blobs, close } = await openStore(where, queue, onAway);
  return { doJobs: inQueue({ queue, blobs, onNotice: warn }), close };
}

/** Parts of the work that progress is counted in. */
const whole = 10_000;

const inWords = ({ units, ofUnits, what }: AtlasProgress) => `${units} of ${ofUnits} units  ${what}`;

function describeEstimate({ units, ofUnits, layers, missing, seconds, bytes }: AtlasEstimate): string {
  const there = units - missing;
  const were = there > 0 ? `, of which ${there.toLocaleString("en")} are there` : "";
  const some = units < ofUnits ? ` of ${ofUnits.toLocaleString("en")}` : "";
  const all = `${units.toLocaleString("en")}${some} units of ${layers} ${layers === 1 ? "layer" : "layers"}${were}`;
  return `${all}: about ${formatDuration(Math.max(1, Math.round(seconds)))}, and ${megabytes(bytes)} in the end`;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

function summarize({ units, layers, bytes }: AtlasResult, folder: string): string {
  const of = `${units.toLocaleString("en")} units of ${layers} ${layers === 1 ? "layer" : "layers"}, ${megabytes(bytes)}`;
  return `${of}\n${folder}: index.html, atlas.json, SHA256SUMS\n`;
}
