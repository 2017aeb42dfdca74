import { findRecord } from "@xstar/results";
import { modelAmong } from "./load.js";
import { openFiles, openModels, shaOf } from "./models.js";
import type { GivenFile, Received } from "./protocol.js";

/** What was dropped: a model with what lies beside it, a picture that xstar made, or other pictures. */
export async function receiveFiles(files: readonly GivenFile[], tell: (reading: string) => void): Promise<Received> {
  const paths = files.map(({ path }) => path);
  const main = modelAmong(paths);
  if (main === undefined) {
    const record = recordAmong(files);
    if (record) return record;
    for (const { files: held } of openModels()) held.add(files);
    const isPictures = paths.every((path) => /\.(png|jpe?g|webp|gif|avif|npy)$/i.test(path));
    if (isPictures) return { kind: "pictures", paths };
  }
  tell(main ?? paths[0]!);
  const model = await openFiles(files);
  const pictures = paths.filter((path) => /\.(png|jpe?g|webp|gif|avif)$/i.test(path)).length;
  return { kind: "model", model, pictures };
}

/** The run that one of some files tells of: all models get the file, so that it can be repeated with any of them. */
function recordAmong(files: readonly GivenFile[]): Received | undefined {
  for (const { path, bytes } of files) {
    try {
      const { record } = findRecord(bytes, path);
      for (const { files: held } of openModels()) held.add(files);
      const { sha256, path: modelPath } = record.model;
      const known = openModels().find(({ facts }) => facts.sha256 === sha256);
      return {
        kind: "record",
        path,
        modelId: known?.facts.id ?? shaOf(sha256),
        modelName: modelPath,
        modelSha256: sha256,
        targets: record.pictures.map(({ target }) => target),
        isOpen: known !== undefined,
      };
    } catch {
      // a file without a record is looked at as something else
    }
  }
  return undefined;
}
