import {
  asStart,
  numbers,
  parseWords,
  sameShape,
  starts,
  type InputKind,
  type Shape,
  type Spec,
  type Tensor,
  type Vocabulary,
} from "@xstar/core";
import { decodeNpy, endingOf, findRecord, nameOfFile, pixelHash, type PictureRecord } from "@xstar/results";
import { readSound } from "./read-sound.js";
import { pictureEndings, readOneOf, readPicture } from "./read-picture.js";
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
    const { values, note } = await readSound(place, { shape, holds, files });
    if (note !== undefined) onWarning(note);
    return starts.array({ values });
  }
  const part = partsOf(text);
  const isOfFolder = part && startPath(text) === part.folder;
  const picture = await (isOfFolder ? readOneOf(place, part.index, shape, files) : readPicture(place, shape, files));
  return starts.array({ values: numbers(picture) });
}

/**
 * A picture that xstar made holds its numbers as colours only: the path of the .npy file beside it that holds them as they
 * were, or the name of the one that is not there; undefined for other pictures, and for numbers of another shape.
 */
export async function numbersBeside(
  path: string,
  files: Store,
  shape?: Shape,
): Promise<{ readonly numbers: string } | { readonly missing: string } | undefined> {
  const ending = endingOf(path);
  if (ending !== ".png" && ending !== ".webp") return undefined;
  const found = await files
    .read(path)
    .then((bytes) => findRecord(bytes, path))
    .catch(() => undefined);
  if (!found) return undefined;
  const { picture = 0, sha256, pictures } = found.record as Partial<PictureRecord> & PictureRecord;
  // the picture itself, not the change, and not the animation
  const beside = files.beside(path, `${nameOfFile(path).slice(0, -ending.length)}.npy`);
  const held = await files.read(beside).then(
    (bytes): Tensor | undefined => decodeNpy(bytes, `"${beside}"`),
    () => undefined,
  );
  if (held && shape && !sameShape(held.shape, shape)) return undefined;
  return held && pixelHash(held) === sha256 ? { numbers: beside } : { missing: `${pictures[picture]!.slug}.npy` };
}
