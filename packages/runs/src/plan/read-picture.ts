import { sameShape, size, XstarError, type Shape, type Tensor } from "@xstar/core";
import { decodeNpy, endingOf, pictureSizeOf, type PictureSize } from "@xstar/results";
import type { Store } from "./store.js";

/**
 * A picture file or a .npy file as a picture of `shape` [channels, height, width]: pictures are scaled and cut to it.
 * Throws `bad-argument` for a shape that picture files do not have, `bad-data` and `file-not-readable` for the file.
 */
export async function readPicture(path: string, shape: Shape, files: Store): Promise<Tensor> {
  if (endingOf(path) === ".npy") return readNpyPicture(path, shape, files);
  return files.readImage(path, formOf(path, shape));
}

/** Pictures that stand for a folder of more: their means change little beyond. */
const enough = 256;

/**
 * The pictures of a folder (of files, or of a data set) as pictures of `shape`; of more than 256 so many, evenly spaced. Throws
 * what `openPictures` and `readPicture` do.
 */
export async function readSome(folder: string, shape: Shape, files: Store): Promise<Tensor[]> {
  const form = formOf(folder, shape);
  const { names, read } = await files.openPictures(folder);
  const count = Math.min(names.length, enough);
  const pictures: Tensor[] = [];
  for (let i = 0; i < count; i++) pictures.push(await read(Math.floor((i * names.length) / count), form));
  return pictures;
}

/** Picture `index` of a folder, from 0, in the order of `openPictures`. Throws `bad-argument` when there are not so many. */
export async function readOneOf(folder: string, index: number, shape: Shape, files: Store): Promise<Tensor> {
  const form = formOf(folder, shape);
  const { names, read } = await files.openPictures(folder);
  if (index < names.length) return read(index, form);
  throw new XstarError(
    "bad-argument",
    `There is no picture ${index} in "${folder}": they go from 0 to ${names.length - 1}`,
  );
}

/** Throws `bad-argument` for a shape that picture files do not have. */
function formOf(path: string, shape: Shape): PictureSize {
  const size = pictureSizeOf(shape);
  if (size) return size;
  throw new XstarError("bad-argument", `The picture "${path}" does not fit a model whose picture is [${shape}]`, {
    hint: "Give a .npy file instead",
  });
}

/** A channel more than `shape` has is the opacity. */
async function readNpyPicture(path: string, shape: Shape, files: Store): Promise<Tensor> {
  const held = decodeNpy(await files.read(path), `"${path}"`);
  const withOpacity = shape.length === 3 ? [shape[0]! + 1, ...shape.slice(1)] : shape;
  const own = sameShape(held.shape, withOpacity) ? withOpacity : shape;
  if (size(held.shape) !== size(own))
    throw new XstarError("bad-data", `"${path}" has the shape [${held.shape}], but the model's picture is [${shape}]`);
  const data = Float32Array.from(held.data as ArrayLike<number | bigint>, Number);
  return { dtype: "float32", shape: own, data };
}
