import { extname } from "node:path";
import { size, XstarError, type Shape, type Tensor } from "@xstar/core";
import { readImage } from "../files/image.js";
import { decodeNpy } from "../files/npy.js";
import { readFileOrExplain } from "../files/read.js";

/** Endings of files that hold a picture. */
export const pictureEndings: ReadonlySet<string> = new Set([".png", ".jpg", ".jpeg", ".webp", ".npy"]);

/**
 * A picture file or a .npy file as a picture of `shape` [channels, height, width]: pictures are scaled and cut to it.
 * Throws `bad-argument` for a shape that picture files do not have, `bad-data` and `file-not-readable` for the file.
 */
export async function readPicture(path: string, shape: Shape): Promise<Tensor> {
  if (extname(path).toLowerCase() === ".npy") return readNpyPicture(path, shape);
  const [channels, height, width] = shape;
  if (shape.length === 3 && (channels === 1 || channels === 3))
    return readImage(path, { channels, height: height!, width: width! });
  throw new XstarError("bad-argument", `The picture "${path}" does not fit a model whose picture is [${shape}]`, {
    hint: "Give a .npy file instead",
  });
}

async function readNpyPicture(path: string, shape: Shape): Promise<Tensor> {
  const held = decodeNpy(await readFileOrExplain(path), `"${path}"`);
  if (size(held.shape) !== size(shape))
    throw new XstarError("bad-data", `"${path}" has the shape [${held.shape}], but the model's picture is [${shape}]`);
  const data = Float32Array.from(held.data as ArrayLike<number | bigint>, Number);
  return { dtype: "float32", shape, data };
}
