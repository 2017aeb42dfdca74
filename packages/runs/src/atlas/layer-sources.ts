import type { Runtime } from "@xstar/core";
import type { Rows, Survey } from "@xstar/results";
import type { MadePicture, PictureDone } from "../jobs/picture-file.js";
import type { AtlasLayer } from "./plan-atlas.js";

/** What became of a unit: undefined while its job is not done. */
export type UnitState = MadePicture | undefined;

export const isDone = (unit: UnitState): unit is PictureDone => unit !== undefined && !("failure" in unit);

/** Real pictures that are shown somewhere, each as one tile of the sheets. */
export interface ShownTiles {
  /** The tile of a picture by its place in the data set. */
  tileOf(picture: number): number;
  /** Whether an earlier picture of the data set is nearly the same, such as the same photograph cut once more. */
  isCopy(picture: number): boolean;
}

/** What is known of a layer. */
export interface LayerSources {
  readonly layer: AtlasLayer;
  /** One for each unit. */
  readonly units: readonly UnitState[];
  /** What units want least, and further pictures of each; undefined where none were asked for. */
  readonly negative: readonly UnitState[] | undefined;
  readonly diverse: readonly (readonly UnitState[])[] | undefined;
  /** Surveys of all real pictures; empty without, or while one is missing. */
  readonly surveys: readonly Survey[];
  /** The layer in whose features pictures are compared; undefined where there is none. */
  readonly features: string | undefined;
  readonly tiles: ShownTiles;
  /** What the units multiply their inputs with; undefined where that is not known. */
  readonly weights: Rows | undefined;
  readonly runtime: Runtime;
}

/** As many digits as are shown, and some more. */
export const brief = (x: number): number => Number(x.toPrecision(5));

/** The activations of each unit in all pictures, from those of each picture. */
export function byUnit(means: Float32Array, units: number): Rows {
  const pictures = means.length / units;
  const data = new Float32Array(means.length);
  for (let picture = 0; picture < pictures; picture++)
    for (let unit = 0; unit < units; unit++) data[unit * pictures + picture] = means[picture * units + unit]!;
  return { count: units, data };
}
