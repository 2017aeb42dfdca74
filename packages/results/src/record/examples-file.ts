import type { Box, InputKind, ReceptiveField, Spec } from "@xstar/core";
import type { Summary } from "../measure/describe.js";
import type { Peak } from "../measure/rank-examples.js";
import type { PictureSize } from "../measure/source.js";

/** A picture on the sheet. */
export interface SheetEntry {
  readonly name: string;
  /** Of the target, as `xstar maximize` measures it. */
  readonly activation: number;
  /** The largest activation of the target's channel and where it is; null for targets without places. */
  readonly peak: Peak | null;
  /** The part of the picture, as the model saw it, that the place of the peak sees; null where that is all. */
  readonly box: Box | null;
}

/** One target in `examples.json`. */
export interface TargetFile {
  readonly target: string;
  readonly objective: Spec;
  /** Stride, size and offset in pixels of what a place of the layer sees; null where every place sees all. */
  readonly field: ReceptiveField | null;
  /** Of the activations of all pictures. */
  readonly summary: Summary;
  /** The rows of the sheet, from the left, and its file. */
  readonly sheet: string;
  readonly most: readonly SheetEntry[];
  readonly least: readonly SheetEntry[];
  /** The pictures with the highest peaks, of which the sheet shows the boxes; empty where `field` is null. */
  readonly crops: readonly SheetEntry[];
  /** Pictures that are nearly the same as one in a row, such as the same photograph cut once more: no row has them twice. */
  readonly leftOut: readonly string[];
  /** Of every picture, in the order of `ExamplesFile.pictures`. */
  readonly activations: readonly number[];
  /** The largest activation of a place, of every picture; null where `field` is null. */
  readonly peaks: readonly number[] | null;
}

/** What `examples.json` holds. */
export interface ExamplesFile {
  readonly xstar: string;
  readonly model: { readonly path: string | undefined; readonly sha256: string };
  readonly images: {
    readonly folder: string;
    /** What they are; left out for pictures. */
    readonly holds?: InputKind;
    readonly count: number;
    /** Fewer than `count` when stopped. */
    readonly seen: number;
    readonly skipped: readonly { readonly name: string; readonly reason: string }[];
    /** The form in which the model saw pictures: cut to it at the sides; null for signals. */
    readonly size: PictureSize | null;
  };
  /** A picture beside which the sheet shows them. */
  readonly beside: string | null;
  /** Names of those that could be used, in order: paths in the folder, or place and label in a data set. */
  readonly pictures: readonly string[];
  readonly targets: readonly TargetFile[];
}
