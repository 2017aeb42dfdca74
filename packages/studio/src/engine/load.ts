import { externalConstants, openModel, readModel, XstarError, type Model, type Runtime } from "@xstar/core";
import { endingOf, nameOfFile } from "@xstar/results";
import { parseContract, parseLabels, type ContractFile, type ModelFile, type Store } from "@xstar/runs";

/** What loading needs of the files that were dropped together. */
interface ModelStore extends Pick<Store, "beside"> {
  readonly paths: readonly string[];
  read(place: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model of files that were dropped together, with what lies beside it. Throws as `loadModel` of Node does. */
export async function loadModel(files: ModelStore, path: string, runtime: Runtime): Promise<ModelFile> {
  const { source, notes, parts } = await openSource(files, path);
  const name = nameOfFile(path).replace(/(?<=.)\.[^.]+$/, "");
  const contractFile = await contractBeside(files, path, name);
  const labels = await labelsBeside(files, path, contractFile);
  const model = openModel(source, {
    runtime,
    files: await externalData(files, path, source),
    contract: contractFile?.contract,
    labels,
  });
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
    const { recognize, importModel } = await import("@xstar/import");
    if (recognize(bytes) === "unknown" || endingOf(path) === ".onnx") throw error;
    const imported = await importModel({
      name: path,
      list: async () => files.paths,
      read: (name) => files.read(name),
    });
    const cuts = imported.cuts.map(({ why, lost }) => `${why}: ${lost.length} layers are left out`);
    return { source: readModel(imported.onnx), notes: [...cuts, ...imported.notes], parts: [] };
  }
}

/** Constants up to this size (shapes, axes, scalars) are taken into the graph itself, where rules can read them. */
const smallBytes = 2 ** 14;

async function externalData(files: ModelStore, path: string, source: Model): Promise<Map<string, Uint8Array>> {
  const wanted = [...externalConstants(source)];
  const missing: string[] = [];
  const data = new Map<string, Uint8Array>();
  for (const [location, constants] of wanted) {
    const bytes = await files.read(files.beside(path, location)).catch(() => undefined);
    if (!bytes) {
      missing.push(location);
      continue;
    }
    const needed = Math.max(...constants.map(({ offset, length }) => offset + length));
    if (bytes.length < needed)
      throw new XstarError(
        "bad-model",
        `The model's weight file "${location}" is cut off: it has ${bytes.length} bytes, but the model reads ${needed}`,
        { hint: "Copy the file again" },
      );
    data.set(location, bytes);
    for (const { value, offset, length } of constants) {
      if (length > smallBytes || !value.constant) continue;
      const { dtype, shape } = value.constant;
      value.constant = { dtype, shape, source: { bytes: bytes.slice(offset, offset + length) } };
    }
  }
  if (missing.length === 0) return data;
  throw new XstarError(
    "file-not-readable",
    `The model keeps its weights in ${missing.map((name) => `"${name}"`).join(" and ")}, which ${missing.length === 1 ? "was" : "were"} not dropped with it`,
    { hint: "Drop the model and its weight files together, or their folder", details: { missing } },
  );
}

async function contractBeside(files: ModelStore, path: string, name: string): Promise<ContractFile | undefined> {
  for (const beside of [`${name}.contract.json`, "model.contract.json"]) {
    const place = files.beside(path, beside);
    const bytes = await files.read(place).catch(() => undefined);
    if (bytes) return parseContract(new TextDecoder().decode(bytes), place);
  }
  return undefined;
}

async function labelsBeside(files: ModelStore, path: string, contract: ContractFile | undefined) {
  const labels = contract?.labels;
  if (labels !== undefined && typeof labels !== "string") return labels;
  const bytes = await files.read(files.beside(path, labels ?? "labels.txt")).catch(() => undefined);
  return bytes && parseLabels(new TextDecoder().decode(bytes));
}
