import { join } from "node:path";
import type { AscentResult } from "@xstar/core";
import {
  pictureOf,
  pixelHash,
  recordOf,
  type AnimationFormat,
  type AscentMetrics,
  type ClassShare,
  type Job,
  type RunFacts,
  type RunRecord,
} from "@xstar/results";
import { writeFileAtomic } from "../../../xstar/src/files/atomic.js";
import type { ModelFile } from "../../../xstar/src/load.js";
import type { Frames } from "./frames.js";

/** A finished (or stopped) ascent with all that is said about it. */
export interface Ascent {
  readonly model: ModelFile;
  readonly facts: RunFacts;
  readonly result: AscentResult;
  readonly frames: Frames;
  readonly seconds: number;
  /** The likeliest classes of each picture, best first; undefined when the model is no classifier. */
  readonly top: readonly (readonly ClassShare[])[] | undefined;
  /** Enlargement of the pictures. */
  readonly scale: number;
  readonly format: AnimationFormat;
}

/** One picture in `run.json`. */
export interface PictureEntry extends Job {
  readonly files: readonly string[];
  /** The step that it shows. */
  readonly step: number;
  /** Steps that were taken with redirected gradients. */
  readonly redirected: number;
  readonly warnings: readonly string[];
  /** SHA-256 of its numbers. */
  readonly sha256: string;
  /** Of what was climbed, as the steps saw it. */
  readonly activation: { readonly start: number; readonly end: number };
  readonly top: readonly ClassShare[] | null;
  readonly curve: readonly number[];
}

/** What `run.json` holds: all that repeats the run, and what came of it. */
export interface RunFile extends Omit<RunRecord, "pictures"> {
  readonly ended: AscentResult["ended"];
  readonly stepsTaken: number;
  readonly seconds: number;
  readonly pictures: readonly PictureEntry[];
  /** Left out where they could not be measured. */
  readonly metrics?: AscentMetrics;
}

/** `files` are those of each picture. */
export function runFileOf(ascent: Ascent, files: readonly (readonly string[])[]): RunFile {
  const { facts, result, seconds, top } = ascent;
  return {
    ...recordOfAscent(ascent),
    ended: result.ended,
    stepsTaken: result.last.index,
    seconds,
    pictures: facts.pictures.map((job, i) => ({
      ...job,
      files: files[i]!,
      step: result.steps[i]!,
      redirected: result.redirected[i]!,
      warnings: result.warnings[i]!,
      sha256: pixelHash(pictureOf(result.picture, i)),
      activation: { start: result.curve[0]![i]!, end: activationOf(result, i) },
      top: top?.[i] ?? null,
      curve: result.curve.map((objective) => objective[i]!),
    })),
  };
}

export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  await writeFileAtomic(join(folder, "run.json"), `${JSON.stringify(run, undefined, 2)}\n`);
}

/** What every picture of an ascent carries. */
export function recordOfAscent({ facts, result, scale, format }: Ascent): RunRecord {
  const stopped = result.ended === "aborted" ? result.last.index : null;
  return recordOf({ ...facts, stopped, scale, format, ascent: result.record });
}

/** The objective of the picture that is the result. */
export function activationOf({ curve, steps }: AscentResult, i: number): number {
  return curve[steps[i]!]![i]!;
}
