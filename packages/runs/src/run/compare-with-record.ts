import { pictureOf, pixelHash, type FoundRecord, type RunRecord } from "@xstar/results";
import { recordOfAscent, type Ascent } from "./run-file.js";

/** Says whether a run that repeats another one, unchanged, gave the same numbers. */
export function compareWithRecord({ path, record, pixels }: FoundRecord, ascent: Ascent): void {
  const now = recordOfAscent(ascent);
  if (taskOf(now) !== taskOf(record)) return;
  const isSame = pixels.every(
    (hash, i) => hash === undefined || hash === pixelHash(pictureOf(ascent.result.picture, i)),
  );
  if (isSame) return void process.stdout.write(`The numbers are those of ${path}, bit for bit\n`);
  process.stderr.write(
    `Warning: the numbers are not those of "${path}", which was made by ${makerOf(record)}; this is ${makerOf(now)}\n`,
  );
}

/** All that was asked for, whatever ran it. */
export function taskOf({ ascent, pictures: jobs, ...files }: Omit<RunRecord, "platform">): string {
  const { runtime: _, ...specs } = ascent;
  const { model, models, generators, images, starts, inputs, recipe, stopped } = files;
  const pictures = jobs.map(({ target, start }) => [target, start]);
  return JSON.stringify([specs, model, models, generators, images, starts, inputs, recipe, stopped, pictures]);
}

function makerOf({ xstar, platform, ascent }: RunRecord): string {
  const { system, processor, node, sharp } = platform;
  return `xstar ${xstar} with ONNX Runtime (${ascent.runtime}), Node ${node} and sharp ${sharp} on ${system}, ${processor}`;
}
