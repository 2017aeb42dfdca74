import { findRecord, type FoundRecord } from "@xstar/results";
import { hasSameNumbers, type Ascent } from "@xstar/runs";
import { openModels, shaOf, type OpenModel } from "./models.js";
import type { GivenFile, Received } from "./protocol.js";

/** The run that a file of a model's tells of. Throws `bad-data` where it tells of none. */
export async function recordIn({ files }: OpenModel, path: string): Promise<FoundRecord> {
  return findRecord(await files.read(path), path);
}

/** Whether a run gave the numbers of the one that it repeats; undefined where it was not the same task. */
export const repeats = (from: FoundRecord, ascent: Ascent): boolean | undefined => hasSameNumbers(from, ascent);

/** The run that one of some files tells of: all models get the file, so that it can be repeated with any of them. */
export function recordAmong(files: readonly GivenFile[]): Received | undefined {
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
