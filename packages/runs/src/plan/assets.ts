import {
  oneOf,
  XstarError,
  type FurtherModel,
  type MaximizeOptions,
  type Runtime,
  type Shape,
  type Tensor,
} from "@xstar/core";
import { keepIfSame, type FileReference, type FoundRecord, type ModelReference, type RunFiles } from "@xstar/results";
import { earlierInputs, readInputs, type InputTexts } from "./given-inputs.js";
import { earlierInput, readModelInput } from "./model-input.js";
import { parseNamedFile, type AssetKind, type AssetPaths } from "./named-files.js";
import type { ModelFile, Store } from "./store.js";

/** Flags that give files a name. */
export interface AssetFlags {
  readonly second?: readonly string[];
  readonly generator?: readonly string[];
  readonly image?: readonly string[];
}

/** Files that a run needs besides its model, opened and noted. */
export interface Assets {
  readonly options: Required<Pick<MaximizeOptions, AssetKind>>;
  readonly references: Pick<RunFiles, AssetKind>;
  /** The files that inputs of models and generators hold, by `NAME::INPUT`. */
  readonly inputFiles: RunFiles["inputs"];
}

/** The files of an earlier run, and those that flags name. Throws `bad-argument`. */
export function givenPaths(flags: AssetFlags, from?: RunFiles): AssetPaths {
  const all = (kind: AssetKind, flag: string, texts: readonly string[] = []) =>
    new Map([
      ...Object.entries(from?.[kind] ?? {}).map(([name, { path }]) => [name, path] as const),
      ...texts.map((text) => parseNamedFile(flag, text)),
    ]);
  return {
    models: all("models", "--second", flags.second),
    generators: all("generators", "--generator", flags.generator),
    images: all("images", "--image", flags.image),
  };
}

/** Opens files that specs name. Throws what reading models and pictures does. */
export interface AssetReader {
  models(paths: AssetPaths["models"]): Promise<Record<string, FurtherModel>>;
  /** `shape` is that of a picture, [channels, height, width]. */
  all(paths: AssetPaths, shape: Shape): Promise<Assets>;
}

interface AssetSources {
  readonly runtime: Runtime;
  readonly files: Store;
  /** What inputs of these models hold, as `InputTexts.further`. */
  readonly inputs: InputTexts["further"];
  readonly from?: FoundRecord | undefined;
}

export function createAssetReader({ runtime, files, inputs, from }: AssetSources): AssetReader {
  const opened = new Map<string, Promise<ModelFile>>();
  const open = (path: string) => {
    const model = opened.get(path) ?? files.locate(path).then((place) => files.loadModel(place, runtime));
    opened.set(path, model);
    return model;
  };
  const inputFiles: Record<string, FileReference> = {};
  const keep = (name: string, own: Readonly<Record<string, FileReference>>) => {
    for (const [input, file] of Object.entries(own)) inputFiles[`${name}::${input}`] = file;
  };
  async function openFurther(name: string, path: string): Promise<FurtherModel> {
    const model = await open(path);
    const record = from?.record;
    const earlier = record && earlierInput(from.path, record.ascent.models[name], record.inputs, `${name}::`);
    const flags = { input: inputs.get(name) ?? [] };
    const { options, inputFiles: own } = await readModelInput(model, flags, { files, earlier });
    keep(name, own);
    return { model, ...options, ...(model.labels && { labels: model.labels }) };
  }
  async function openGenerator(name: string, path: string): Promise<FurtherModel> {
    const model = await open(path);
    const record = from?.record.ascent.generators[name];
    const earlier = record && earlierInputs(record, from!.record.inputs, `${name}::`);
    const read = await readInputs(model.source, inputs.get(name) ?? [], { files, earlier });
    keep(name, read.inputFiles);
    return { model, inputs: read.inputs };
  }
  const models = (paths: AssetPaths["models"]) => mapPaths(paths, openFurther);
  const readImage = async (path: string, shape: Shape): Promise<Tensor | readonly Tensor[]> => {
    const { readPicture, readSome } = await import("./read-picture.js");
    const place = await files.locate(path);
    return (await files.isFolder(place)) ? readSome(place, shape, files) : readPicture(place, shape, files);
  };
  // what has only moved is recorded as it was, so that the bytes are the same
  const referenceImage = async (name: string, path: string): Promise<FileReference> =>
    keepIfSame(from?.record.images[name], await files.reference(path));
  const referenceModel =
    (kind: "models" | "generators") =>
    async (name: string, path: string): Promise<ModelReference> =>
      keepIfSame(from?.record[kind][name], await files.referenceModel(path, await open(path)));
  return {
    models,
    async all(paths, shape) {
      checkNames(inputs, paths);
      return {
        options: {
          models: await models(paths.models),
          generators: await mapPaths(paths.generators, openGenerator),
          images: await mapPaths(paths.images, (_, path) => readImage(path, shape)),
        },
        references: {
          models: await mapPaths(paths.models, referenceModel("models")),
          generators: await mapPaths(paths.generators, referenceModel("generators")),
          images: await mapPaths(paths.images, referenceImage),
        },
        inputFiles,
      };
    },
  };
}

/** Throws `bad-argument` for an input of a model that no flag and no spec names. */
function checkNames(inputs: InputTexts["further"], { models, generators }: AssetPaths): void {
  const names = [...models.keys(), ...generators.keys()];
  const unknown = [...inputs.keys()].find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new XstarError("bad-argument", `"--input ${unknown}::" is of a model that nothing names`, {
    hint: names.length > 0 ? `There is ${oneOf(names)}` : "Name one with --second NAME=FILE or --generator NAME=FILE",
  });
}

async function mapPaths<T>(
  paths: ReadonlyMap<string, string>,
  map: (name: string, path: string) => Promise<T>,
): Promise<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [name, path] of paths) entries.push([name, await map(name, path)]);
  return Object.fromEntries(entries);
}
