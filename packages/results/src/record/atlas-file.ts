import type { ReceptiveField, Shape, Spec } from "@xstar/core";

/** What a network is made of and where its parts are: `atlas.json`, and `atlas.js` for a page that is opened as a file. */
export interface AtlasFile {
  readonly format: 1;
  readonly xstar: string;
  readonly model: { readonly name: string; readonly sha256: string };
  /** Of the network's input, [channels, height, width]. */
  readonly input: Shape;
  readonly recipe: Spec<"recipe"> | null;
  readonly steps: number;
  readonly seed: number;
  /** Names of the classes; null for a network without. */
  readonly classes: readonly string[] | null;
  readonly tiles: TileSheets;
  readonly data: AtlasData | null;
  readonly layers: readonly AtlasLayerEntry[];
}

/** Sheets of small pictures of one size, filled row by row. */
export interface TileSheets {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** Tiles of a sheet. */
  readonly perSheet: number;
  /** Whether every pixel is to be seen. */
  readonly isPixelated: boolean;
}

/** The real pictures that the units were shown. */
export interface AtlasData {
  readonly sha256: string;
  /** Pictures that could be used. */
  readonly used: number;
  readonly skipped: number;
  /** Of those that are shown somewhere; `examples.json` has their names. */
  readonly tiles: TileSheets & { readonly count: number };
}

/** A layer in the file of an atlas. */
export interface AtlasLayerEntry {
  readonly name: string;
  /** What its files are called. */
  readonly slug: string;
  readonly opType: string;
  /** Without the batch. */
  readonly shape: Shape;
  /** How many places a row of a channel has. */
  readonly width: number;
  readonly units: number;
  /** Units whose picture is there, and those that were given up. */
  readonly done: number;
  readonly failed: number;
  /** Null where every place sees all. */
  readonly field: ReceptiveField | null;
  /** Units of its row on the sheet of all layers. */
  readonly strip: readonly number[];
  /** For directions of another layer that are shown as a layer of their own. */
  readonly directions?: AtlasDirections;
}

/** Which directions they are. */
export interface AtlasDirections {
  readonly of: string;
  readonly method: string;
  /** As many as were asked for: of a map, the cells along a side. */
  readonly count: number;
  /** What each of them is. */
  readonly doc: string;
  /** For a map, the column and the row of each, and how many activations are there. */
  readonly cells?: readonly (readonly [column: number, row: number, count: number])[];
}

/** A layer's units, by number: `d/LAYER.json`. Lists that hold nulls have null for what is not known. */
export interface AtlasLayerFile {
  readonly layer: string;
  readonly status: readonly ("done" | "failed" | "waiting")[];
  /** Of the unit at the start and at the end of the ascent. */
  readonly start: readonly (number | null)[];
  readonly end: readonly (number | null)[];
  /** Of the finished picture alone, without transforms: the mean over all places. */
  readonly activation: readonly (number | null)[];
  /** Some of the objective's values, from the first step to the last. */
  readonly curves: readonly (readonly number[] | null)[];
  /** By unit: sentences, and why there is no picture. */
  readonly warnings: Readonly<Record<number, readonly string[]>>;
  readonly failures: Readonly<Record<number, string>>;
  readonly nearest: {
    readonly pictures?: readonly (readonly NearUnit[])[];
    readonly activations?: readonly (readonly NearUnit[])[];
    readonly weights?: readonly (readonly NearUnit[])[];
  };
  /** What the unit makes of the picture that it wants least. */
  readonly negative?: readonly (number | null)[];
  /** Further pictures of each unit: what it makes of each. */
  readonly diverse?: readonly (readonly (number | null)[])[];
  readonly real?: RealFacts;
}

/** Another unit of the layer, and how near it is: the cosine. */
export type NearUnit = readonly [unit: number, cosine: number];

/** What real pictures make of the units. */
export interface RealFacts {
  /** Those with the highest activation of one place: tile, activation, row and column of the place. */
  readonly strongest: readonly (readonly (readonly [tile: number, peak: number, y: number, x: number])[])[];
  /** From the largest mean to the smallest: tile and mean. */
  readonly spread: readonly (readonly (readonly [tile: number, mean: number])[])[];
  /** Least and largest mean, then how many pictures lie in each of equal parts between. */
  readonly distribution: readonly (readonly [low: number, high: number, ...counts: number[]])[];
  /** How much of the real pictures the made one exceeds, from 0 to 1. */
  readonly percentile: readonly (number | null)[];
  /** The chance that a strongest picture is nearer to the made one than another, in the network's own features. */
  readonly agreement: readonly (number | null)[];
  /** The classes to whose score it adds most, with how much on average in their pictures. */
  readonly classes: readonly (readonly (readonly [index: number, amount: number])[])[] | null;
  /** The classes whose score would rise most if it were more active: the mean gradient in their pictures. */
  readonly wanted: readonly (readonly (readonly [index: number, slope: number])[])[] | null;
  /** The class that it tells best from all others, with the area under the curve. */
  readonly selective: readonly (readonly [index: number, area: number] | null)[] | null;
  /** How well each unit tells each class from all others, in thousandths; null for networks of many classes. */
  readonly table: { readonly classes: readonly number[]; readonly areas: readonly (readonly number[])[] } | null;
}

/** By class, the units that add most to its score: `classes.json`. */
export type AtlasClasses = readonly (readonly (readonly [layer: number, unit: number, amount: number])[])[];
