import { externalConstants, openModel, readModel, XstarError, type Model, type Runtime } from "@xstar/core";
import { nameOfFile } from "@xstar/results";
import type { ModelFile, Store } from "@xstar/runs";

/** What loading needs of the files that were dropped together. */
export interface ModelStore extends Pick<Store, "beside"> {
  readonly paths: readonly string[];
  read(place: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model of files that were dropped together, with what lies beside it. Throws as `loadModel` of Node does. */
export async function loadModel(files: ModelStore, path: string, runtime: Runtime): Promise<ModelFile> {
  const { source, notes, parts } = await openSource(files, path);
  const name = nameOfFile(path).replace(/(?<=.)\.[^.]+$/, "");
  const { contractFile, labels, data } = await besideOf(files, path, { name, source });
  const model = openModel(source, { runtime, files: data, contract: contractFile?.contract, labels });
  return { ...model, name, path, contractFile, notes, parts };
}

/** Endings of files that models are in, those first that say it the most clearly. */
const endings = [".onnx", ".keras", ".h5", ".hdf5", ".tflite", ".pb", ".json"];
const notModels = /(labels?|contract|vocab|tokenizer.*|run|manifest|examples)\.json$/;

/** The file of several that is the model. */
export function modelAmong(paths: readonly string[]): string | undefined {
  const found = endings.flatMap((ending) =>
    paths.filter((path) => path.toLowerCase().endsWith(ending) && !notModels.test(path.toLowerCase())),
  );
  return found[0];
}

async function openSource(
  files: ModelStore,
  path: string,
): Promise<{ source: Model; notes: string[]; parts: string[] }> {
  const bytes = await files.read(path);
  try {
    return { source: readModel(bytes), notes: [], parts: [] };
  } catch (error) {
    if (!XstarError.is(error) || error.code !== "bad-model") throw error;
    const { isOtherThanOnnx, importModel } = await import("@xstar/import");
    if (!isOtherThanOnnx(bytes, path)) throw error;
    const imported = await importModel({
      name: path,
      list: async () => files.paths,
      read: (name) => files.read(name),
    });
    const cuts = imported.cuts.map(({ why, lost }) => `${why}: ${lost.length} layers are left out`);
    return { source: readModel(imported.onnx), notes: [...cuts, ...imported.notes], parts: [] };
  }
}

/** What lies beside a model: nothing where it is alone and needs nothing. */
async function besideOf(files: ModelStore, path: string, { name, source }: { name: string; source: Model }) {
  const isAlone = files.paths.length === 1 && externalConstants(source).size === 0;
  if (isAlone) return { contractFile: undefined, labels: undefined, data: new Map<string, Uint8Array>() };
  const { contractBeside, externalData, labelsBeside } = await import("./beside.js");
  const contractFile = await contractBeside(files, path, name);
  const labels = await labelsBeside(files, path, contractFile);
  return { contractFile, labels, data: await externalData(files, path, source) };
}
