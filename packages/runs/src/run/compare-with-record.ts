import { pictureOf, pixelHash, type FoundRecord, type RunRecord } from "@xstar/results";
import { recordOfAscent, type Ascent } from "./run-file.js";

/** Whether a run that repeats another one gave the same numbers; undefined where more than the machine is another. */
export function hasSameNumbers({ record, pixels }: FoundRecord, ascent: Ascent): boolean | undefined {
  if (taskOf(recordOfAscent(ascent)) !== taskOf(record)) return undefined;
  return pixels.every((hash, i) => hash === undefined || hash === pixelHash(pictureOf(ascent.result.picture, i)));
}

/** All that was asked for, whatever ran it. */
export function taskOf({ ascent, pictures: jobs, ...files }: Omit<RunRecord, "platform">): string {
  const { runtime: _, ...specs } = ascent;
  const { model, models, generators, images, starts, inputs, recipe, stopped } = files;
  const pictures = jobs.map(({ target, start }) => [target, start]);
  return JSON.stringify([specs, model, models, generators, images, starts, inputs, recipe, stopped, pictures]);
}

/** Program and machine that made a run. */
export function makerOf({ xstar, platform, ascent }: RunRecord): string {
  const { system, processor, node, sharp } = platform;
  return `xstar ${xstar} with ONNX Runtime (${ascent.runtime}), Node ${node} and sharp ${sharp} on ${system}, ${processor}`;
}
