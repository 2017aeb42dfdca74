import type { AscentResult, LoadedModel } from "@xstar/core";
import {
  pictureOf,
  pixelHash,
  recordOf,
  type AnimationFormat,
  type ClassShare,
  type NamedToken,
  type Platform,
  type RunFacts,
  type RunFile,
  type RunRecord,
} from "@xstar/results";
import type { Frames } from "./frames.js";

/** A finished (or stopped) ascent with all that is said about it. */
export interface Ascent {
  readonly model: LoadedModel;
  readonly facts: RunFacts;
  readonly platform: Platform;
  readonly result: AscentResult;
  readonly frames: Frames;
  readonly seconds: number;
  /** The likeliest classes of each picture, best first; undefined when the model is no classifier. */
  readonly top: readonly (readonly ClassShare[])[] | undefined;
  /** Of vectors that stand for tokens, the nearest tokens by picture and place; undefined for other inputs. */
  readonly tokens?: readonly (readonly (readonly NamedToken[])[])[] | undefined;
  /** Enlargement of the pictures. */
  readonly scale: number;
  readonly format: AnimationFormat;
}

/** `files` are those of each picture. */
export function runFileOf(ascent: Ascent, files: readonly (readonly string[])[]): RunFile {
  const { facts, result, seconds, top, tokens } = ascent;
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
      ...(tokens && { tokens: tokens[i]! }),
    })),
  };
}

/** What every picture of an ascent carries. */
export function recordOfAscent({ facts, platform, result, scale, format }: Ascent): RunRecord {
  const stopped = result.ended === "aborted" ? result.last.index : null;
  return recordOf({ ...facts, platform, stopped, scale, format, ascent: result.record });
}

/** The objective of the picture that is the result. */
export function activationOf({ curve, steps }: AscentResult, i: number): number {
  return curve[steps[i]!]![i]!;
}
