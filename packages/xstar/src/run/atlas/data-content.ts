import { sha256Of } from "@xstar/results";
import type { DataContent } from "@xstar/runs";
import { openPictures, somePictures, type FilePictures } from "../../data/pictures.js";

/** Real pictures, and what they are called by their content. */
export interface OpenedData {
  readonly content: DataContent;
  readonly pictures: FilePictures;
  /** A line for each picture, its name and its SHA-256: the text whose SHA-256 the content has. */
  readonly list: string;
}

/** The pictures of a folder (or `mnist`), evenly spaced where there are more than `most`. Throws as `openPictures` does. */
export async function openData(where: string, most: number): Promise<OpenedData> {
  const pictures = somePictures(await openPictures(where), most);
  const count = pictures.names.length;
  const sums: string[] = [];
  for (let i = 0; i < count; i++) sums.push(`${sha256Of(await pictures.bytes(i))}  ${pictures.names[i]}\n`);
  const list = sums.join("");
  return { content: { sha256: sha256Of(list), count }, pictures, list };
}
