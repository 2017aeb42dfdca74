import { dirname, extname, isAbsolute, join } from "node:path";
import { nearest, oneOf, XstarError } from "@xstar/core";
import type { ImageDataset, LabelledPictures, PictureSize, PictureSource } from "@xstar/results";
import { fitGray, readImage } from "../files/image.js";
import { filesIn, isFolder } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";
import { loadDataset } from "./dataset.js";
import { openPictures } from "./pictures.js";

/** Pictures with labels in words, before they are found among the classes of a model. */
interface Named {
  readonly source: PictureSource;
  readonly labels: readonly (string | null)[];
}

/** Labelled pictures, and the labels that the model does not know, with how many pictures have them. */
export interface OpenedLabelled {
  readonly pictures: LabelledPictures;
  readonly unknown: ReadonlyMap<string, number>;
}

const simplified = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[_\s]+/g, " ")
    .trim();

/** The class of a label: its name, one of the names of an ImageNet label, or its number. */
function classOf(label: string, labels: readonly string[], count: number): number | undefined {
  const wanted = simplified(label);
  const names = labels.map((one) => simplified(one.replace(/^n\d{8}[ :]+/, "")));
  const whole = names.indexOf(wanted);
  if (whole >= 0) return whole;
  const part = names.findIndex((one) => one.split(",").some((name) => name.trim() === wanted));
  if (part >= 0) return part;
  const synset = labels.findIndex((one) => one.startsWith(`${label} `));
  if (synset >= 0) return synset;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  return number < count ? number : undefined;
}

/**
 * Pictures with classes: a folder with one folder for each class, a CSV or JSONL file of paths and labels, a folder of IDX files, `mnist`
 * (its test pictures) or `mnist:train`; pictures in a folder without folders have no classes. Throws `bad-data`, `file-not-readable`.
 *
 * @example
 * const { pictures } = await openLabelled("photos", { labels: model.labels, classes: 10 });
 */
export async function openLabelled(
  where: string,
  {
    labels = [],
    classes,
    part = "test",
  }: { readonly labels?: readonly string[] | undefined; readonly classes: number; readonly part?: "train" | "test" },
): Promise<OpenedLabelled> {
  const { source, labels: words } = await openNamed(where, part);
  const names = labels.length > 0 ? labels : namesOfNumberless(words, classes);
  const unknown = new Map<string, number>();
  const found = words.map((word) => {
    if (word === null) return null;
    const index = classOf(word, names, classes);
    if (index === undefined) unknown.set(word, (unknown.get(word) ?? 0) + 1);
    return index ?? null;
  });
  if (unknown.size > 0 && found.every((one) => one === null)) {
    const [first] = unknown.keys();
    const near = nearest(first!, names);
    throw new XstarError("bad-data", `No label of "${where}" is a class of the model, such as "${first}"`, {
      hint:
        near.length > 0
          ? `Did you mean ${oneOf(near)}? labels.txt beside the model says what its classes are called`
          : "labels.txt beside the model says what its classes are called, one a line",
    });
  }
  return { pictures: { ...source, labels: found }, unknown };
}

/** Where a model has no labels, folders are its classes in the order of their names, as training programs number them. */
function namesOfNumberless(words: readonly (string | null)[], classes: number): string[] {
  const distinct = [...new Set(words.filter((word) => word !== null))].sort();
  return distinct.every((word) => /^\d+$/.test(word)) || distinct.length !== classes ? [] : distinct;
}

async function openNamed(where: string, part: "train" | "test"): Promise<Named> {
  if (where === "mnist" || where === "mnist:train") {
    const { train, test } = await loadDataset("mnist");
    const name = where === "mnist:train" || part === "train" ? "train" : "test";
    return ofDataset(name === "train" ? train : test, name);
  }
  if (!(await isFolder(where))) return openList(where);
  const files = await filesIn(where);
  if (files.some((name) => /images[-.]idx3-ubyte(?:\.gz)?$/.test(name))) {
    const { train, test } = await loadDataset(where);
    return ofDataset(part === "train" ? train : test, part);
  }
  const source = await openPictures(where);
  const folders = source.names.map((name) => name.split(/[/\\]/).at(-2) ?? null);
  return { source, labels: folders };
}

function ofDataset(set: ImageDataset, part: string): Named {
  const pixels = set.height * set.width;
  return {
    source: {
      names: Array.from({ length: set.count }, (_, i) => `${part} ${i}`),
      async read(i: number, size: PictureSize) {
        const own = set.images.subarray(i * pixels, (i + 1) * pixels);
        if (size.channels !== 1 || size.height !== set.height || size.width !== set.width)
          return fitGray(own, set, size);
        return { dtype: "float32", shape: [1, set.height, set.width], data: Float32Array.from(own, (x) => x / 255) };
      },
    },
    labels: Array.from(set.labels, String),
  };
}

/** The cells of a line of CSV, of which some may be quoted. */
const cellsOf = (line: string): string[] =>
  Array.from(line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'),
  );

/** Which columns of a CSV file hold paths and labels, by its first line; undefined where that is none of names. */
function columnsOf(first: string): readonly [path: number, label: number] | undefined {
  const names = cellsOf(first);
  const path = names.findIndex((name) => /^(?:path|file|file_?name|image|picture)s?$/i.test(name));
  const label = names.findIndex((name) => /^(?:label|class|category)$/i.test(name));
  return path < 0 ? undefined : [path, label < 0 ? path + 1 : label];
}

/** A CSV file (`path,label`, a first line may name the columns) or a JSONL file ({"path": ..., "label": ...}). */
async function openList(where: string): Promise<Named> {
  const text = new TextDecoder().decode(await readFileOrExplain(where));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const isJson = extname(where).toLowerCase() !== ".csv";
  const named = isJson ? undefined : columnsOf(lines[0] ?? "");
  const [pathAt, labelAt] = named ?? [0, 1];
  const entries = lines.flatMap((line, i): { path: string; label: string | null }[] => {
    if (!isJson) {
      const cells = cellsOf(line);
      return i === 0 && named ? [] : [{ path: cells[pathAt] ?? "", label: cells[labelAt] || null }];
    }
    try {
      const { path, file, label } = JSON.parse(line) as {
        path?: string;
        file?: string;
        label?: string | number | null;
      };
      const where = path ?? file;
      if (typeof where === "string")
        return [{ path: where, label: label === undefined || label === null ? null : String(label) }];
    } catch {
      // said below
    }
    throw new XstarError("bad-data", `Line ${i + 1} of "${where}" is no JSON with a "path" and a "label"`);
  });
  if (entries.length === 0) throw new XstarError("bad-data", `There is no picture in "${where}"`);
  const at = (path: string) => (isAbsolute(path) ? path : join(dirname(where), path));
  return {
    source: { names: entries.map(({ path }) => path), read: (i, size) => readImage(at(entries[i]!.path), size) },
    labels: entries.map(({ label }) => label),
  };
}
