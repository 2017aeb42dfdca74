import type { AscentRecord, Spec } from "@xstar/core";

/** One picture of a run, in the words of the command line. */
export interface Job {
  readonly target: string;
  /** Null where the parameterization begins by itself. */
  readonly start: string | null;
  /** What its files are called, without ending. */
  readonly slug: string;
}

/** A file that a run read: its path as it was given, and what it held. */
export interface FileReference {
  readonly path: string;
  readonly sha256: string;
}

/** What a record said of a file, where it has only moved since. */
export function keepIfSame<T extends FileReference>(before: T | undefined, now: T): T {
  const content = (one: object) => JSON.stringify({ ...one, path: "" });
  return before && content(before) === content(now) ? before : now;
}

/** What of a machine decides bytes, besides ONNX Runtime (which `ascent.runtime` names). */
export interface Platform {
  readonly system: string;
  /** ONNX Runtime chooses its kernels by the processor. */
  readonly processor: string;
  /** Its V8 has the mathematical functions. */
  readonly node: string;
  /** It reads and scales start pictures. */
  readonly sharp: string;
}

/** A model's file, and the files beside it that hold its weights. */
export interface ModelReference extends FileReference {
  readonly weights: readonly FileReference[];
}

/** The files that a run reads. */
export interface RunFiles {
  readonly model: ModelReference;
  /** Further models, generators and pictures, by the names that specs have for them. */
  readonly models: Readonly<Record<string, ModelReference>>;
  readonly generators: Readonly<Record<string, ModelReference>>;
  readonly images: Readonly<Record<string, FileReference>>;
  /** The files of start pictures, by their paths. */
  readonly starts: Readonly<Record<string, FileReference>>;
  /** What inputs besides the picture hold, by their names. */
  readonly inputs: Readonly<Record<string, FileReference>>;
  /** Modules with definitions of the user's own; left out where there are none. */
  readonly use?: readonly FileReference[];
}

/** All that decides the bytes of a run's pictures, as JSON. */
export interface RunRecord extends RunFiles {
  /** Version of xstar. */
  readonly xstar: string;
  readonly platform: Platform;
  /** Threads of ONNX Runtime: another number may sum in another order. */
  readonly threads: number;
  /** The device that was asked for; left out for the processor. What ran in truth is in `ascent.runtime`. */
  readonly device?: string;
  /** Of weights and activations; left out for float32. */
  readonly precision?: "float16";
  readonly pictures: readonly Job[];
  /** The recipe that was named; what it decides is in `ascent`. */
  readonly recipe: Spec | null;
  readonly ascent: AscentRecord;
  /** The step after which a person stopped the run; null when it ended by itself. */
  readonly stopped: number | null;
  /** Pixels of a file for each of the picture, in both directions; left out by older versions. */
  readonly scale?: number;
  /** Of the animation; left out by older versions. */
  readonly format?: AnimationFormat;
}

/** What a run knows of itself before its first step. */
export type RunFacts = Omit<RunRecord, "ascent" | "stopped" | "platform" | "scale" | "format">;

/** The animations of an ascent that can be written. */
export const animationFormats = ["gif", "webp", "none"] as const;

/** The format of the animation of a run. */
export type AnimationFormat = (typeof animationFormats)[number];

/** What a picture carries: the run that made it, and which of its pictures it is. */
export interface PictureRecord extends RunRecord {
  /** Number of the picture in the run, from 0. */
  readonly picture: number;
  /** The step that it shows. */
  readonly step: number;
  /** Its objective at step 0, which tells runs on other devices apart; left out by older versions. */
  readonly begun?: number;
  /** SHA-256 of its numbers: float32, little-endian, in the order of the .npy file. */
  readonly sha256: string;
}
