import { extname, join } from "node:path";
import { check, planesOfInput, XstarError, type InputKind, type Shape } from "@xstar/core";
import { encodePng, pictureSizeOf, rawView, type ExampleSource, type PictureSource } from "@xstar/results";
import { pictureEndings } from "@xstar/runs";
import { fitGray, readImage } from "../files/image.js";
import { filesIn } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";
import { loadDataset, type SplitDataset } from "./dataset.js";
import { openSounds } from "./sounds.js";

const endings: ReadonlySet<string> = new Set([...pictureEndings].filter((ending) => ending !== ".npy"));

const idxFile = /images[-.]idx3-ubyte(?:\.gz)?$/;

/** Pictures with the files that they are read from. */
export interface FilePictures extends PictureSource {
  /** Of one without a file of its own, a PNG file. Throws `file-not-readable`. */
  bytes(i: number): Promise<Uint8Array>;
}

/** Some of the pictures, evenly spaced. */
export function somePictures({ names, read, bytes }: FilePictures, most: number): FilePictures {
  if (names.length <= most) return { names, read, bytes };
  const at = (i: number) => Math.floor((i * names.length) / most);
  return {
    names: Array.from({ length: most }, (_, i) => names[at(i)]!),
    read: (i, size) => read(at(i), size),
    bytes: (i) => bytes(at(i)),
  };
}

/**
 * The pictures in a folder and the folders in it (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP), by name; of a folder of IDX files, or of the packaged
 * MNIST (`mnist`), the training pictures and then the test pictures. Throws `file-not-readable` where there are none.
 *
 * @example
 * const dataset = await openDataset("photos");
 * dataset.names.length; // how many there are
 */
export async function openPictures(where: string): Promise<FilePictures> {
  check(typeof where === "string", "where", "a folder", where);
  if (where === "mnist") return fromDataset(await loadDataset(where));
  const files = await filesIn(where);
  const names = files.filter((name) => endings.has(extname(name).toLowerCase()));
  if (names.length > 0) {
    const pathOf = (i: number) => join(where, names[i]!);
    return { names, read: (i, size) => readImage(pathOf(i), size), bytes: (i) => readFileOrExplain(pathOf(i)) };
  }
  if (files.some((name) => idxFile.test(name))) return fromDataset(await loadDataset(where));
  throw new XstarError("file-not-readable", `There is no picture in "${where}"`, {
    hint: "Give a folder with pictures (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP) in it or in its folders, a folder of IDX files, or mnist",
  });
}

function fromDataset({ train, test }: SplitDataset): FilePictures {
  const parts = [
    { part: "train", set: train },
    { part: "test", set: test },
  ];
  const all = parts.flatMap(({ part, set }) => Array.from({ length: set.count }, (_, i) => ({ part, set, i })));
  return {
    names: all.map(({ part, set, i }) => `${part} ${i} (label ${set.labels[i]})`),
    async read(index, size) {
      const { set, i } = all[index]!;
      const pixels = set.height * set.width;
      return fitGray(set.images.subarray(i * pixels, (i + 1) * pixels), set, size);
    },
    async bytes(index) {
      const { set, i } = all[index]!;
      const { height, width } = set;
      const planes = {
        shape: [height, width],
        data: set.images.subarray(i * height * width, (i + 1) * height * width),
      };
      return encodePng(rawView(planes, { scale: { low: 0, high: 255 } }).picture);
    },
  };
}

/** What a model takes: [batch, ...], and what that holds. */
export interface ExampleForm {
  readonly shape: Shape;
  readonly holds: InputKind | undefined;
}

/**
 * Opens the examples of `--dataset` that a model can take: pictures, or of signals the sounds. Throws `bad-argument` for a model of
 * anything else, and what `openPictures` and `openSounds` do.
 */
export async function openExamples(folder: string, { shape, holds }: ExampleForm): Promise<ExampleSource> {
  const [, ...one] = shape;
  if (holds && planesOfInput(shape, holds)?.isLine) return openSounds(folder, { shape: one, holds });
  if (pictureSizeOf(one)) return openPictures(folder);
  throw new XstarError(
    "bad-argument",
    `"--dataset" needs a model of pictures or signals: its input of shape [${shape}] holds neither`,
  );
}
