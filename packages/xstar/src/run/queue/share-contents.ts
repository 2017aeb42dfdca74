import { dirname, join } from "node:path";
import { XstarError } from "@xstar/core";
import { sha256Of } from "@xstar/results";
import { keyOfContent, type BlobStore, type ModelContent } from "@xstar/runs";
import { isFolder } from "../../files/folder.js";
import { readFileOrExplain } from "../../files/read.js";
import type { OpenedData } from "../atlas/data-content.js";

/** Puts what jobs name into a store, where it is not there: a model with its weights, and real pictures. Throws `bad-data` where a file has changed. */
export async function shareContents(
  blobs: BlobStore,
  { model, path, data }: { readonly model: ModelContent; readonly path: string; readonly data: OpenedData | undefined },
): Promise<void> {
  if (await isFolder(path)) {
    throw new XstarError("bad-argument", `"${path}" is a folder, and a queue takes models of one file`, {
      hint: "xstar convert makes an ONNX file of it",
    });
  }
  const share = async (sha256: string, called: string, read: () => Promise<Uint8Array>) => {
    if (await blobs.has(keyOfContent(sha256))) return;
    const bytes = await read();
    if (sha256Of(bytes) !== sha256) throw new XstarError("bad-data", `"${called}" has changed while it was read`);
    await blobs.put(keyOfContent(sha256), bytes);
  };
  await share(model.sha256, path, () => readFileOrExplain(path));
  for (const { name, sha256 } of model.beside)
    await share(sha256, name, () => readFileOrExplain(join(dirname(path), name)));
  if (!data) return;
  const sums = data.list.split("\n").map((line) => line.slice(0, 64));
  for (let i = 0; i < data.content.count; i++)
    await share(sums[i]!, data.pictures.names[i]!, () => data.pictures.bytes(i));
  await share(data.content.sha256, "the list of pictures", async () => new TextEncoder().encode(data.list));
}
