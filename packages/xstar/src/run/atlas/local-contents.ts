import { join } from "node:path";
import { XstarError } from "@xstar/core";
import type { PictureSource } from "@xstar/results";
import { openPictures, somePictures } from "../../data/pictures.js";
import { readImage } from "../../files/image.js";
import { readFileOrExplain } from "../../files/read.js";

/** Where the contents of a job are on this machine. */
export interface LocalContents {
  /** The path of the model's file. */
  readonly model: string;
  /** Undefined for a job without. */
  readonly pictures: PicturesPlace | undefined;
}

/** Pictures as a person named them, or in files called by their hashes with a list of them. */
export type PicturesPlace =
  | { readonly where: string; readonly most: number }
  | { readonly list: string; readonly folder: string };

/** The pictures of a place. Throws as `openPictures` does. */
export async function openPlace(place: PicturesPlace): Promise<PictureSource> {
  if ("where" in place) return somePictures(await openPictures(place.where), place.most);
  const entries = readList(new TextDecoder().decode(await readFileOrExplain(place.list)), place.list);
  return {
    names: entries.map(({ name }) => name),
    read: (i, size) => readImage(join(place.folder, entries[i]!.sha256), size),
  };
}

/** The lines of a list of pictures: SHA-256, two spaces, name. Throws `bad-data`. */
export function readList(text: string, called: string): { readonly name: string; readonly sha256: string }[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => {
    const [, sha256, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sha256 === undefined) throw new XstarError("bad-data", `"${called}" is no list of pictures`);
    return { name: name!, sha256 };
  });
}
