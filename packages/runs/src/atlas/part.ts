import type { LoadedModel } from "@xstar/core";
import type { ImageCodec, PictureSource } from "@xstar/results";
import type { ResultStore } from "../jobs/stores.js";
import type { AtlasPlan } from "./plan-atlas.js";

/** A file of an atlas, by its path from the atlas's folder. */
export interface AtlasPart {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

/** Data as JSON, and as a script, which a page that was opened as a file can read. */
export function asData(path: string, value: unknown): AtlasPart[] {
  const json = JSON.stringify(value);
  return [
    { path: `${path}.json`, bytes: `${json}\n` },
    { path: `${path}.js`, bytes: `atlasData(${JSON.stringify(path)},${json})\n` },
  ];
}

/** The number of a sheet in its name. */
export const numbered = (i: number): string => String(i).padStart(3, "0");

/** What an atlas is made from. */
export interface AtlasSources {
  readonly plan: AtlasPlan;
  readonly name: string;
  readonly labels: readonly string[] | undefined;
  readonly store: ResultStore;
  /** The real pictures of the plan. */
  readonly pictures: PictureSource | undefined;
  readonly codec: ImageCodec;
  readonly model: LoadedModel;
  /** Takes how many layers are assembled. */
  readonly onLayer?: (done: number, of: number) => void;
}
