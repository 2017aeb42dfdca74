import { basename, dirname, join } from "node:path";
import { XstarError, readModel, type Model } from "@xstar/core";
import type { ImportedModel, ModelFiles } from "@xstar/import";
import { filesIn, isFolder } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";

/** A model as ONNX, with what its import had to say. */
export interface OpenedFile {
  readonly source: Model;
  /** Sentences about what is not as in the original; none for a file that was ONNX already. */
  readonly notes: readonly string[];
}

/** An ONNX file, or a model of Keras, TensorFlow, TF.js or TFLite that becomes one. Throws as `readModel` and `importModel` do. */
export async function openModelFile(from: string | Uint8Array): Promise<OpenedFile> {
  const bytes = typeof from !== "string" ? from : (await isFolder(from)) ? undefined : await readFileOrExplain(from);
  try {
    if (bytes) return { source: readModel(bytes), notes: [] };
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "bad-model") throw error;
    const { recognize } = await import("@xstar/import");
    if (recognize(bytes!) === "unknown") throw error;
  }
  const imported = await importFrom(from);
  return { source: readModel(imported.onnx), notes: notesOf(imported) };
}

/** Reads a model of another framework. Throws as `importModel` does. */
export async function importFrom(from: string | Uint8Array): Promise<ImportedModel> {
  const { importModel } = await import("@xstar/import");
  return importModel(typeof from === "string" ? await filesAt(from) : inMemory(from));
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

async function filesAt(path: string): Promise<ModelFiles> {
  const isWhole = await isFolder(path);
  const folder = isWhole ? path : dirname(path);
  return {
    name: basename(path),
    list: async () => (await filesIn(folder)).map((name) => name.replaceAll("\\", "/")),
    read: (name) => readFileOrExplain(join(folder, name)),
  };
}
