import { basename, dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { check, checkNames, openModel, type Runtime } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { openModelFile } from "./model/import.js";
import { readContract, readLabels } from "./model/contract-file.js";
import { readVocabulary } from "./model/vocab-file.js";
import { naming } from "./model/naming.js";
import { readExternalData } from "./model/external-data.js";
import { deviceRuntime, requireFloat16, type Device } from "./devices.js";
import { nodeRuntime } from "./runtime.js";

/** How a model is opened. */
export interface LoadModelOptions {
  /** What runs it. @default nodeRuntime() */
  readonly runtime?: Runtime;
  /** In the place of a runtime, what this machine is to run it on; `auto` is the fastest. @default "cpu" */
  readonly device?: Device;
  /** Of weights and activations; float16 is for devices, and what else a run computes stays float32. @default "float32" */
  readonly precision?: "float32" | "float16" | undefined;
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
export async function loadModel(from: string | URL | Uint8Array, options: LoadModelOptions = {}): Promise<ModelFile> {
  checkNames("loadModel", options, ["runtime", "device", "precision"]);
  const { device, runtime: given, precision = "float32" } = options;
  const isPath = typeof from === "string" || (from instanceof URL && from.protocol === "file:");
  check(
    isPath || from instanceof Uint8Array,
    "from",
    "a path, a file: URL or bytes",
    from instanceof URL ? from.href : from,
  );
  const runtime = given ?? (device === undefined ? nodeRuntime() : await deviceRuntime(device));
  check(["float32", "float16"].includes(precision), "precision", '"float32" or "float16"', precision);
  if (precision === "float16") await requireFloat16(runtime);
  const path = from instanceof Uint8Array ? undefined : from instanceof URL ? fileURLToPath(from) : from;
  const { source, notes, parts } = await naming(path, () => openModelFile(from instanceof Uint8Array ? from : path!));
  const folder = path === undefined ? undefined : dirname(path);
  const name = path === undefined ? source.graph.name : basename(path, extname(path));
  const files = await naming(path, () => readExternalData(source, folder));
  const contractFile = folder === undefined ? undefined : await readContract(folder, name);
  const labels = folder === undefined ? undefined : await readLabels(folder, contractFile);
  const contract = contractFile?.contract;
  const isOfTokens = source.inputs.some(({ tokens }) => tokens !== undefined);
  const words = folder !== undefined && isOfTokens ? await readVocabulary(folder) : undefined;
  const model = await naming(path, async () => openModel(source, { runtime, files, contract, labels }));
  const opened = { ...model, name, path, contractFile, notes, parts, ...(words && { words }) };
  return precision === "float16" ? (await import("@xstar/core")).inFloat16(opened) : opened;
}
