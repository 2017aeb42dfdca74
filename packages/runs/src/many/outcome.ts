import type { AscentRecord, AscentResult, Spec, Tensor } from "@xstar/core";
import type { PictureMetrics, Planes } from "@xstar/results";

/** What a picture is made for. */
export interface Goal {
  /** What is maximized. */
  readonly objective: Spec;
  /** What is measured: without penalties and without what a recipe makes of it. @default the objective */
  readonly measured?: Spec;
}

/** How far a batch is. */
export interface Glance {
  /** Steps taken, of all pictures of the batch together. */
  readonly steps: number;
  /** Which of the batch is looked at. */
  readonly at: number;
  readonly activation: number;
  /** A small form of its picture; undefined where it cannot be looked at. */
  preview(): Planes | undefined;
}

/** What became of one target: a picture, or the reason why there is none. */
export type Outcome = Maximized | { readonly failure: string };

/** What became of a target: its picture, its curve, and what to know of them. */
export interface Maximized {
  /** [channels, height, width] in picture units. */
  readonly picture: Tensor;
  /** The inputs that were maximized together with it, without the batch, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** [height, width], how much its places counted; undefined where it was not asked for. */
  readonly attribution?: Tensor;
  /** The step that it is from. */
  readonly step: number;
  /** The objective at every step. */
  readonly curve: Float32Array;
  readonly watch: Readonly<Record<string, Float32Array>>;
  readonly ended: AscentResult["ended"];
  readonly redirected: number;
  /** What was odd, and why there are no metrics where they could not be measured. */
  readonly warnings: readonly string[];
  readonly metrics?: MaximizedMetrics;
  /** What repeats the run of this target alone. */
  readonly record: AscentRecord;
  /** Its share of the time of its batch. */
  readonly seconds: number;
}

/** What is known of one of many pictures without a data set. */
export interface MaximizedMetrics {
  readonly picture: PictureMetrics;
  /** The layer that the features are of; undefined where the network has none for them. */
  readonly layer: string | undefined;
  /** Mean activations of its units, in which the diversity of all pictures is measured. */
  readonly features: Float32Array | undefined;
}
