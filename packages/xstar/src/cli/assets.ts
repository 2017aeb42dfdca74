import type { FurtherModel, MaximizeOptions, Runtime, Shape, Tensor } from "@xstar/core";
import { loadModel, type ModelFile } from "../load.js";
import type { FileReference, SourceFiles } from "../record/file-reference.js";
import type { FoundRecord } from "../record/picture-files.js";
import type { ModelReference, RunFiles } from "../record/run-record.js";
import { earlierInput, readModelInput } from "./model-flags.js";
import { parseNamedFile, type AssetKind, type AssetPaths } from "./named-files.js";
import { readPicture } from "./read-picture.js";

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
  readonly files: SourceFiles;
  readonly from?: FoundRecord | undefined;
}

export function createAssetReader({ runtime, files, from }: AssetSources): AssetReader {
  const opened = new Map<string, Promise<ModelFile>>();
  const open = (path: string) => {
    const model = opened.get(path) ?? files.locate(path).then((place) => loadModel(place, { runtime }));
    opened.set(path, model);
    return model;
  };
  async function openFurther(name: string, path: string): Promise<FurtherModel> {
    const model = await open(path);
    const earlier = from && earlierInput(from.path, from.record.ascent.models[name]);
    const { options } = await readModelInput(model, {}, { files, ...(earlier && { earlier }) });
    return { model, ...options, ...(model.labels && { labels: model.labels }) };
  }
  const models = (paths: AssetPaths["models"]) => mapPaths(paths, openFurther);
  const reference = (path: string): Promise<FileReference> => files.reference(path);
  const referenceModel = async (path: string): Promise<ModelReference> => files.referenceModel(path, await open(path));
  return {
    models,
    async all(paths, shape) {
      const readImage = async (path: string): Promise<Tensor> => readPicture(await files.locate(path), shape);
      return {
        options: {
          models: await models(paths.models),
          generators: await mapPaths(paths.generators, async (_, path) => ({ model: await open(path) })),
          images: await mapPaths(paths.images, (_, path) => readImage(path)),
        },
        references: {
          models: await mapPaths(paths.models, (_, path) => referenceModel(path)),
          generators: await mapPaths(paths.generators, (_, path) => referenceModel(path)),
          images: await mapPaths(paths.images, (_, path) => reference(path)),
        },
      };
    },
  };
}

async function mapPaths<T>(
  paths: ReadonlyMap<string, string>,
  map: (name: string, path: string) => Promise<T>,
): Promise<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [name, path] of paths) entries.push([name, await map(name, path)]);
  return Object.fromEntries(entries);
}
