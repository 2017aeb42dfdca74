import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, openModel, XstarError, type Runtime } from "@xstar/core";
import type { ContractFile, ModelFile } from "@xstar/runs";
import { readFileOrExplain, readTextIfThere } from "./files/read.js";
import { openModelFile } from "./model/import.js";
import { readContract } from "./model/contract-file.js";
import { readExternalData } from "./model/external-data.js";
import { nodeRuntime } from "./runtime.js";

/** How a model is opened. */
export interface LoadModelOptions {
  /** What runs it. @default nodeRuntime() */
  readonly runtime?: Runtime;
}

/**
 * Opens a model from a path, a file: URL or bytes; with a path also its external data, labels and input contract. What is not
 * ONNX is imported: Keras, TensorFlow, TensorFlow.js and TensorFlow Lite.
 *
 * Throws `file-not-readable`, `bad-model`, `unsupported-model` and, for a wrong contract, `bad-data`.
 *
 * @example
 * const model = await loadModel("model.onnx");
 * model.labels?.[130]; // "flamingo"
 */
export async function loadModel(
  from: string | URL | Uint8Array,
  { runtime = nodeRuntime() }: LoadModelOptions = {},
): Promise<ModelFile> {
  const isPath = typeof from === "string" || (from instanceof URL && from.protocol === "file:");
  check(isPath || from instanceof Uint8Array, "from", "a path, a file: URL or bytes", `${from}`);
  const path = from instanceof Uint8Array ? undefined : from instanceof URL ? fileURLToPath(from) : from;
  const { source, notes, parts } = await naming(path, () => openModelFile(from instanceof Uint8Array ? from : path!));
  const folder = path === undefined ? undefined : dirname(path);
  const name = path === undefined ? source.graph.name : basename(path, extname(path));
  const files = await naming(path, () => readExternalData(source, folder));
  const contractFile = folder === undefined ? undefined : await readContract(folder, name);
  const labels = await readLabels(folder, contractFile);
  const contract = contractFile?.contract;
  const model = await naming(path, async () => openModel(source, { runtime, files, contract, labels }));
  return { ...model, name, path, contractFile, notes, parts };
}

async function readLabels(
  folder: string | undefined,
  contractFile: ContractFile | undefined,
): Promise<readonly string[] | undefined> {
  if (folder === undefined) return undefined;
  const labels = contractFile?.labels;
  if (labels !== undefined && typeof labels !== "string") return labels;
  const text =
    labels === undefined
      ? await readTextIfThere(join(folder, "labels.txt"))
      : new TextDecoder().decode(await readFileOrExplain(join(folder, labels)));
  return text === undefined ? undefined : unnumbered(text.trimEnd().split(/\r?\n/));
}

/** Teachable Machine counts the lines itself: `0 cat`, `1 dog`. */
function unnumbered(lines: readonly string[]): readonly string[] {
  const isCounted = lines.every((line, i) => line.startsWith(`${i} `));
  return isCounted ? lines.map((line, i) => line.slice(`${i} `.length)) : lines;
}

/** Says in errors about the model which file they are about. */
async function naming<T>(path: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isAboutModel = XstarError.is(error) && (error.code === "bad-model" || error.code === "unsupported-model");
    if (!isAboutModel || path === undefined) throw error;
    const { code, message, hint, details = {} } = error;
    throw new XstarError(code, `${message} (in "${path}")`, {
      ...(hint !== undefined && { hint }),
      details: { ...details, path },
      cause: error,
    });
  }
}
