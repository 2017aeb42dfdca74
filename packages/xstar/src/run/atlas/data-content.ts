import { sha256Of } from "@xstar/results";
import type { DataContent } from "@xstar/runs";
import { openPictures, somePictures, type FilePictures } from "../../data/pictures.js";

/** Real pictures, and what they are called by their content. */
export interface OpenedData {
  readonly content: DataContent;
  readonly pictures: FilePictures;
}

/** The pictures of a folder (or `mnist`), evenly spaced where there are more than `most`. Throws as `openPictures` does. */
export async function openData(where: string, most: number): Promise<OpenedData> {
  const pictures = somePictures(await openPictures(where), most);
  const count = pictures.names.length;
  const sums: string[] = [];
  for (let i = 0; i < count; i++) sums.push(`${pictures.names[i]}\0${sha256Of(await pictures.bytes(i))}\n`);
  return { content: { sha256: sha256Of(sums.join("")), count }, pictures };
}
