import { extname } from "node:path";
import { array, asStart, numbers, size, XstarError, type Shape, type Spec } from "@xstar/core";
import { readImage } from "../files/image.js";
import { decodeNpy } from "../files/npy.js";
import { readFileOrExplain } from "../files/read.js";

const pictures: ReadonlySet<string> = new Set([".png", ".jpg", ".jpeg", ".webp"]);

/** The start that a word, a number or the path of a picture or .npy file stands for; `shape` is that of one picture. */
export async function readStart(text: string, shape: Shape): Promise<Spec> {
  const ending = extname(text).toLowerCase();
  if (ending === ".npy") return readNpyStart(text, shape);
  if (!pictures.has(ending)) return asStart(text);
  const [channels, height, width] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new XstarError("bad-argument", `The model's input [${shape}] cannot start from the picture "${text}"`, {
      hint: "Give a .npy file instead",
    });
  }
  return array({ values: numbers(await readImage(text, { channels, height: height!, width: width! })) });
}

async function readNpyStart(path: string, shape: Shape): Promise<Spec> {
  const held = decodeNpy(await readFileOrExplain(path), `"${path}"`);
  if (size(held.shape) === size(shape)) return array({ values: numbers(held) });
  throw new XstarError("bad-data", `"${path}" has the shape [${held.shape}], but the model's picture is [${shape}]`);
}
