import { XstarError } from "@xstar/core";
import type { ImportedModel } from "./build/model.js";
import type { ModelFiles } from "./files.js";
import { asTfjs, readJson } from "./formats/tfjs.js";
import { readZip, ungzip } from "./formats/zip.js";
import { importKeras, type KerasModel } from "./keras/import.js";
import type { EmitLayer } from "./keras/layer.js";
import { asTopology, readKerasArchive, readKerasH5, readKerasTopology, readTfjsLayers } from "./keras/read.js";
import { importTensorflow, type TfModel } from "./tensorflow/import.js";
import { readFrozenGraph, readSavedModel, readTfjsGraph } from "./tensorflow/read.js";
import { importTflite } from "./tflite/import.js";
import { foreignModel, foreignRows, type ForeignFormat } from "./foreign.js";
import { isShard, isTar, recognize, type Format } from "./recognize.js";
import { modelNames, readable, strayFile, strayRows, type StrayFormat } from "./stray.js";

export interface ImportOptions {
  /** What layers of the user's own compute, by class. */
  readonly layers?: Readonly<Record<string, EmitLayer>>;
  /** Names of the classes, which come before those in the file. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * Makes ONNX of a model of Keras (.keras, .h5), TensorFlow.js (model.json), TensorFlow (SavedModel, frozen graph) or
 * TensorFlow Lite, whatever its files are called. What xstar does not support is cut off, and `cuts` says so.
 *
 * Throws `bad-model` for damaged files, `unsupported-model` for those of another kind or where nothing would be left,
 * and what `files` throws.
 */
export async function importModel(files: ModelFiles, options: ImportOptions = {}): Promise<ImportedModel> {
  let unread: unknown;
  const noting = (path: string) =>
    files.read(path).catch((error: unknown) => {
      unread = error;
      throw error;
    });
  try {
    const build = await readFiles(await mainFile({ name: files.name, list: () => files.list(), read: noting }));
    return build(options);
  } catch (cause) {
    if (XstarError.is(cause) || cause === unread) throw cause;
    throw new XstarError("bad-model", `"${files.name}" is damaged, or written in a way that xstar does not know`, {
      hint: "Check that it was copied whole, or save it again",
      cause,
    });
  }
}

/** Builds what was read. The bytes of the file are let go before: an archive is as large as all that it holds. */
type Build = (options: ImportOptions) => ImportedModel;

async function readFiles(files: ModelFiles): Promise<Build> {
  const bytes = await files.read(files.name);
  const format = recognize(bytes);
  if (isShard(format, files.name, await files.list())) throw strayFile(files.name, "shard");
  if (isForeign(format)) throw foreignModel(files.name, format);
  if (isStray(format)) throw strayFile(files.name, format);
  const read = readers[format];
  if (!read) throw notAModel(files.name);
  return read(bytes, files);
}

/** The file that a folder is a model by. */
const mainNames = [
  /^saved_model\.pb$/,
  /^model\.json$/,
  /^config\.json$/,
  // of formats that are known and not read
  /^inference\.(pdmodel|json)$/,
  /\.(mlmodel|pdmodel|prototxt|cfg|xml)$/,
];

async function mainFile(files: ModelFiles): Promise<ModelFiles> {
  const names = await files.list();
  if (names.includes(files.name)) return files;
  const name = mainNames.map((one) => names.find((other) => one.test(other))).find((one) => one !== undefined);
  if (name === undefined) throw noMainFile(names);
  return { ...files, name, list: () => files.list(), read: (path) => files.read(path) };
}

function noMainFile(names: readonly string[]): XstarError {
  const models = names.filter((name) => modelNames.test(name)).map((name) => `"${name}"`);
  if (models.length > 0)
    return new XstarError("bad-model", "The folder itself is no model", {
      hint: `Give the file in it: ${models.length > 3 ? `${models.slice(0, 3).join(", ")}, ...` : models.join(", ")}`,
    });
  return new XstarError("bad-model", "The folder holds no model that xstar can read", {
    hint: "It reads folders with a saved_model.pb or a model.json",
  });
}

type Read = (bytes: Uint8Array, files: ModelFiles) => Promise<Build>;

const ofKeras =
  (model: KerasModel): Build =>
  ({ layers, labels }) =>
    importKeras(model, layers, labels);

const ofTensorflow =
  (model: TfModel): Build =>
  ({ labels }) =>
    importTensorflow(model, labels);

const fromJson: Read = async (bytes, files) => {
  const json = readJson(bytes);
  const tfjs = asTfjs(json);
  if (tfjs && asTopology(tfjs.modelTopology)) return ofKeras(await readTfjsLayers(tfjs, files));
  if (tfjs && Array.isArray(tfjs.modelTopology["node"])) return ofTensorflow(await readTfjsGraph(tfjs, files));
  const topology = asTopology(json);
  if (topology) return ofKeras(await readKerasTopology(topology, files));
  const has = (name: string) => typeof json === "object" && json !== null && Object.hasOwn(json, name);
  // what PaddlePaddle 3 writes in the place of a protocol buffer
  if (has("base_code")) throw foreignModel(files.name, "paddlepaddle");
  if (has("nodes") && has("arg_nodes")) throw strayFile(files.name, "mxnet");
  if (has("learner")) throw strayFile(files.name, "xgboost");
  throw notAModel(files.name);
};

const fromZip: Read = async (bytes, files) => {
  const names: string[] = [];
  readZip(bytes, (name) => {
    names.push(name);
    return false;
  });
  if (names.includes("config.json") && names.includes("metadata.json")) return ofKeras(await readKerasArchive(bytes));
  const format = foreignArchive(names);
  if (format) throw foreignModel(files.name, format);
  if (names.length > 0 && names.every((name) => name.endsWith(".npy"))) throw strayFile(files.name, "numpy");
  const inside = names.find((name) => modelNames.test(name));
  throw inside === undefined ? notAModel(files.name) : strayFile(files.name, "archive", inside);
};

/** Archives of PyTorch, and of Core ML, by what is inside. */
function foreignArchive(names: readonly string[]): ForeignFormat | undefined {
  const has = (form: RegExp) => names.some((name) => form.test(name));
  if (has(/\bmodels\/[^/]*\.json$/) && has(/archive_(format|version)$/)) return "exported program";
  if (has(/\bcode\/.*\.py$/)) return "torchscript";
  if (has(/\bdata\.pkl$/)) return "pytorch";
  return has(/\.mlmodel$/) ? "core ml" : undefined;
}

/** A SavedModel begins with the version of its schema, a graph with a node. */
const isSavedModel = (bytes: Uint8Array) => bytes[0] === 0x08;

const readers: Readonly<Partial<Record<Exclude<Format, ForeignFormat | StrayFormat>, Read>>> = {
  hdf5: async (bytes, files) => ofKeras(await readKerasH5(bytes, files)),
  zip: fromZip,
  json: fromJson,
  gzip: async (packed, files) => {
    const bytes = ungzip(packed);
    if (isTar(bytes)) throw strayFile(files.name, "archive");
    const format = recognize(bytes);
    if (isForeign(format)) throw foreignModel(files.name, format);
    return fromJson(bytes, files);
  },
  protobuf: async (bytes, files) =>
    ofTensorflow(isSavedModel(bytes) ? await readSavedModel(bytes, files) : readFrozenGraph(bytes)),
  tflite:
    async (bytes) =>
    ({ labels }) =>
      importTflite(bytes, labels),
};

const isStray = (format: Format): format is StrayFormat => Object.hasOwn(strayRows, format);

const isForeign = (format: Format): format is ForeignFormat => Object.hasOwn(foreignRows, format);

function notAModel(name: string): XstarError {
  return new XstarError("bad-model", `"${name}" is no model that xstar can read`, {
    hint: readable,
  });
}
