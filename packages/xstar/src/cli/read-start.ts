import { extname } from "node:path";
import { array, asStart, numbers, starts, type Shape, type Spec } from "@xstar/core";
import { pictureEndings, readPicture } from "./read-picture.js";
import { parseSpec } from "./spec-flags.js";

/** Whether a start is the path of a file. */
export const isStartFile = (text: string): boolean => pictureEndings.has(extname(text).toLowerCase());

/**
 * The start that a word, a number, a spec (`normal:deviation=0.3`) or the path of a picture or .npy file stands for, which
 * lies at `place`; `shape` is that of one picture.
 */
export async function readStart(text: string, shape: Shape, place = text): Promise<Spec> {
  if (isStartFile(text)) return array({ values: numbers(await readPicture(place, shape)) });
  return text.includes(":") ? parseSpec(starts, text, "start") : asStart(text);
}
