import {
  asStart,
  numbers,
  parseWords,
  starts,
  type InputKind,
  type Shape,
  type Spec,
  type Vocabulary,
} from "@xstar/core";
import { endingOf } from "@xstar/results";
import { pictureEndings } from "./picture-endings.js";
import type { Store } from "./store.js";

/** The file or folder that a start names: `photo.png`, `photos#3`, `mnist#7`; undefined for other starts. */
export function startPath(text: string): string | undefined {
  if (pictureEndings.has(endingOf(text)) || endingOf(text) === ".wav") return text;
  return partsOf(text)?.folder;
}

/** `photos#3` is picture 3 of a folder, from 0. */
function partsOf(text: string): { readonly folder: string; readonly index: number } | undefined {
  const [, folder, index] = /^(.+)#(\d+)$/.exec(text) ?? [];
  return folder === undefined ? undefined : { folder, index: Number(index) };
}

/**
 * The start that a word, a number, a spec (`normal:deviation=0.3`), the path of a picture, .npy or .wav file, or `FOLDER#INDEX`
 * stands for; `place` is where its path lies. `shape` is that of one picture.
 */
export async function readStart(
  text: string,
  { shape, holds }: { readonly shape: Shape; readonly holds: InputKind | undefined },
  {
    files,
    vocabulary,
    onWarning,
  }: { readonly files: Store; readonly vocabulary: Vocabulary; onWarning(sentence: string): void },
  place: string | undefined,
): Promise<Spec<"start">> {
  if (place === undefined) {
    const isSpec = text.includes(":") || Object.hasOwn(vocabulary.start, text);
    return isSpec ? parseWords(vocabulary, "start", text) : asStart(text);
  }
  if (endingOf(text) === ".wav") {
    const { readSound } = await import("./read-sound.js");
    const { values, note } = await readSound(place, { shape, holds, files });
    if (note !== undefined) onWarning(note);
    return starts.array({ values });
  }
  const { readOneOf, readPicture } = await import("./read-picture.js");
  const part = partsOf(text);
  const isOfFolder = part && startPath(text) === part.folder;
  const picture = await (isOfFolder ? readOneOf(place, part.index, shape, files) : readPicture(place, shape, files));
  return starts.array({ values: numbers(picture) });
}
