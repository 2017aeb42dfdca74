import { XstarError, type FurtherModel, type LoadedModel, type MaximizeOptions, type Tensor } from "@xstar/core";
import { pixelHash, sha256Of, type FileReference, type ModelReference, type RunFiles } from "@xstar/results";

type ReferToModel = (name: string, model: LoadedModel) => Promise<ModelReference>;

/** The files of a run that was begun in a program: models as `referTo` has them, pictures by their names. */
export async function referencesOf(
  model: LoadedModel,
  options: MaximizeOptions,
  referTo: ReferToModel,
): Promise<RunFiles> {
  const all = async (models: Readonly<Record<string, FurtherModel>> = {}) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(models).map(async ([name, further]) => [name, await referTo(name, further.model)] as const),
      ),
    );
  return {
    model: await referTo("", model),
    models: await all(options.models),
    generators: await all(options.generators),
    images: Object.fromEntries(
      Object.entries(options.images ?? {}).map(([name, some]) => [name, referToPictures(name, some)]),
    ),
    starts: {},
    inputs: {},
  };
}

/** A model that has no file: what it is called, and its bytes. */
export const referToBytes: ReferToModel = async (name, { source }) => ({
  path: name,
  sha256: sha256Of(source.bytes),
  weights: [],
});

function referToPictures(path: string, some: Tensor | readonly Tensor[]): FileReference {
  const hashes = [some].flat().map((one) => pixelHash(one as Tensor));
  if (hashes.length === 0) throw new XstarError("bad-argument", `The picture "${path}" is an empty list`);
  return { path, sha256: hashes.length === 1 ? hashes[0]! : sha256Of(new TextEncoder().encode(hashes.join("\n"))) };
}
