import type { AscentResult, Spec } from "@xstar/core";
import type { SetMetrics } from "../measure/measure-set.js";
import type { PictureMetrics } from "../measure/picture-metrics.js";

/** What a folder of pictures holds, and for which ascent: `manifest.json`. */
export interface Manifest {
  readonly xstar: string;
  /** All that decides a picture besides its target; large arrays as their SHA-256. */
  readonly ascent: Readonly<Record<string, unknown>>;
  /** Targets that are climbed together. */
  readonly batch: number;
  readonly targets: readonly Entry[];
  /** Of all pictures together, as soon as there are all. */
  readonly metrics?: SetMetrics;
  /** The real pictures that they were compared with last. */
  readonly images?: ComparedWith;
}

interface ComparedWith {
  readonly folder: string;
  readonly count: number;
  /** Without those that could not be read. */
  readonly read: number;
}

/** What is known of one; the record of the picture says why the rest is not. */
export type KnownMetrics = Partial<Omit<PictureMetrics, "missing">>;

/** The metrics that are known, without what is missing. */
export function knownOf(metrics: PictureMetrics): KnownMetrics {
  const { activation, percentile, plausibility, recognition, transfer, spectrumSlope } = metrics;
  return { activation, percentile, plausibility, recognition, transfer, spectrumSlope };
}

/** One target. */
export type Entry = WaitingEntry | DoneEntry | FailedEntry;

/** A target of a folder, whatever became of it. */
export interface NamedEntry {
  readonly target: string;
  /** What its files are called, without ending. */
  readonly slug: string;
  /** What is maximized for it. */
  readonly objective: Spec;
}

interface WaitingEntry extends NamedEntry {
  readonly status: "waiting";
}

/** A target whose picture is there. */
export interface DoneEntry extends NamedEntry {
  readonly status: "done";
  /** The picture, and what repeats it, in the folder. */
  readonly file: string;
  readonly record: string;
  /** What the model calls the class that the target is for. */
  readonly label?: string;
  /** The picture that is opaque only where it counts. */
  readonly transparent?: string;
  /** `diverged` for one that divergedAt, whose picture is from before. */
  readonly ended: AscentResult["ended"];
  readonly activation: { readonly start: number; readonly end: number };
  readonly steps: number;
  readonly seconds: number;
  /** Left out where the picture could not be measured. */
  readonly metrics?: KnownMetrics;
  /** Of vectors that stand for tokens, the nearest real one of every place. */
  readonly tokens?: string;
  readonly warnings: readonly string[];
}

interface FailedEntry extends NamedEntry {
  readonly status: "failed";
  readonly reason: string;
}
