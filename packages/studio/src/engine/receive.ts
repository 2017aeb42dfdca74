import { modelAmong } from "./load.js";
import { openFiles, openModels } from "./models.js";
import type { GivenFile, Received } from "./protocol.js";

/** What was dropped: a model with what lies beside it, a picture that xstar made, or other pictures. */
export async function receiveFiles(files: readonly GivenFile[], tell: (reading: string) => void): Promise<Received> {
  const paths = files.map(({ path }) => path);
  const main = modelAmong(paths);
  if (main === undefined) {
    const { recordAmong } = await import("./records.js");
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
