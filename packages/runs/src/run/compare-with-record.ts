import { pictureOf, pixelHash, type FoundRecord, type RunRecord } from "@xstar/results";
import { recordOfAscent, type Ascent } from "./run-file.js";

/** Whether a run that repeats another one gave the same numbers; undefined where more than the machine is another. */
export function hasSameNumbers({ record, pixels }: FoundRecord, ascent: Ascent): boolean | undefined {
  const now = recordOfAscent(ascent);
  if (now.stopped !== record.stopped || settingsOf(now) !== settingsOf(record)) return undefined;
  return pixels.every((hash, i) => hash === undefined || hash === pixelHash(pictureOf(ascent.result.picture, i)));
}

/**
 * By how much the objectives at step 0 differ from those of a run on another device, relative to them, or on the same that is no
 * processor: some sum in another order every time. Undefined where both are one processor, NaN where the record does not say them.
 */
export function differenceOfDevices({ record, begun }: FoundRecord, { result }: Ascent): number | undefined {
  const [before, after] = [providerOf(record.ascent.runtime), providerOf(result.record.runtime)];
  if (before === after && processors.has(after)) return undefined;
  const now = result.curve[0]!;
  const differences = begun.flatMap((was, i) =>
    was === undefined ? [] : [Math.abs(now[i]! - was) / Math.max(Math.abs(was), 1e-9)],
  );
  return differences.length > 0 ? Math.max(...differences) : NaN;
}

const processors: ReadonlySet<string> = new Set(["cpu", "wasm"]);

/** What ran graphs, by the name of a runtime: `webgpu 1.30.0 2t` is `webgpu`. */
export const providerOf = (runtime: string): string => runtime.split(" ", 1)[0]!;

/** What settles the files of a run, wherever it read from and however far it came: equal for runs that would write the same. */
export function settingsOf({ ascent, pictures, precision, ...files }: Omit<RunRecord, "platform" | "stopped">): string {
  const { runtime: _, ...specs } = ascent;
  const { model, models, generators, images, starts, inputs, use = [], recipe } = files;
  const jobs = pictures.map(({ target, start }) => [target, start]);
  const named = [model, models, generators, images, Object.values(starts), inputs, use];
  const contents = JSON.stringify(named, (key, value: unknown) => (key === "path" ? undefined : value));
  return JSON.stringify([specs, contents, recipe, jobs, ...(precision === undefined ? [] : [precision])]);
}

/** Program and machine that made a run. */
export function makerOf({ xstar, platform, ascent }: RunRecord): string {
  const { system, processor, node, sharp } = platform;
  return `xstar ${xstar} with ONNX Runtime (${ascent.runtime}), Node ${node} and sharp ${sharp} on ${system}, ${processor}`;
}
