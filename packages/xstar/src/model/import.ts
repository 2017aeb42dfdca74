import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { XstarError, readModel, type Model } from "@xstar/core";
import type { ImportedModel, ModelFiles } from "@xstar/import";
import { filesIn, isFolder, isThere } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";

/** A model as ONNX, with what its import had to say. */
export interface OpenedFile {
  readonly source: Model;
  /** Sentences about what is not as in the original; none for a file that was ONNX already. */
  readonly notes: readonly string[];
  /** Further files that the model was read from, beside it: shards, variables. */
  readonly parts: readonly string[];
}

/** An ONNX file, or a model of Keras, TensorFlow, TF.js or TFLite that becomes one. Throws as `readModel` and `importModel` do. */
export async function openModelFile(from: string | Uint8Array): Promise<OpenedFile> {
  const source = await readOnnx(from);
  if (source) return { source, notes: [], parts: [] };
  const read = new Set<string>();
  const imported = await importFrom(from, (name) => read.add(name));
  const parts =
    typeof from === "string" && !(await isFolder(from)) ? [...read].filter((name) => name !== basename(from)) : [];
  return { source: readModel(imported.onnx), notes: notesOf(imported), parts: parts.sort() };
}

/** Undefined for a folder, and for a file of another format. */
async function readOnnx(from: string | Uint8Array): Promise<Model | undefined> {
  if (typeof from === "string" && (await isFolder(from))) return undefined;
  const bytes = typeof from === "string" ? await readFileOrExplain(from) : from;
  try {
    return readModel(bytes);
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "bad-model") throw error;
    const { isOtherThanOnnx } = await import("@xstar/import");
    if (!isOtherThanOnnx(bytes, typeof from === "string" ? from : undefined)) throw error;
    return undefined;
  }
}

/** Reads a model of another framework, and says which files it reads. Throws as `importModel` does. */
export async function importFrom(
  from: string | Uint8Array,
  onRead: (name: string) => void = () => undefined,
  labels?: readonly string[],
): Promise<ImportedModel> {
  const { importModel } = await import("@xstar/import");
  const files = typeof from === "string" ? await filesAt(from) : inMemory(from);
  const read = (name: string) => {
    onRead(name);
    return files.read(name);
  };
  return importModel({ ...files, read }, { labels });
}

/** What a person should know of an imported model. */
export function notesOf({ notes, cuts }: ImportedModel): string[] {
  const lost = cuts.map(({ why, lost }) => `${why}: ${behind(lost)}`);
  return [...lost, ...notes];
}

const behind = ([first, ...rest]: readonly string[]) =>
  `"${first}"${rest.length === 0 ? " is" : ` and ${rest.length} behind it are`} left out`;

function inMemory(bytes: Uint8Array): ModelFiles {
  return { name: "model", list: async () => ["model"], read: async () => bytes };
}

/** A file with those beside it and in variables/, or all that is in a folder. */
async function filesAt(path: string): Promise<ModelFiles> {
  const isWhole = await isFolder(path);
  if (!(await isThere(path))) await readFileOrExplain(path);
  const folder = isWhole ? path : dirname(path);
  return {
    name: basename(path),
    list: async () =>
      isWhole ? withSlashes(await filesIn(folder)) : [...(await namesIn(folder)), ...(await variablesIn(folder))],
    read: (name) => readFileOrExplain(join(folder, name)),
  };
}

const withSlashes = (names: readonly string[]) => names.map((name) => name.replaceAll("\\", "/"));

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

/** Where a SavedModel has its checkpoint. */
async function variablesIn(folder: string): Promise<string[]> {
  const variables = join(folder, "variables");
  return (await isFolder(variables)) ? withSlashes(await filesIn(variables)).map((name) => `variables/${name}`) : [];
}
