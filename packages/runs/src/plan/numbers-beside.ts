import { sameShape, type Shape, type Tensor } from "@xstar/core";
import { decodeNpy, endingOf, findRecord, nameOfFile, pixelHash, type PictureRecord } from "@xstar/results";
import type { Store } from "./store.js";

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
