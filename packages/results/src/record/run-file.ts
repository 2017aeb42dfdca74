import type { AscentResult } from "@xstar/core";
import type { ClassShare } from "../measure/likeliest.js";
import type { AscentMetrics } from "../measure/measure-ascent.js";
import type { Job, RunRecord } from "./run-record.js";

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
  /** Of what was maximized, as the steps saw it. */
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
