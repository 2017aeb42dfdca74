import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { externalConstants, readModel, XstarError } from "@xstar/core";
import { writeFileAtomic } from "../files/atomic.js";

/** A model of another server, in a folder of its own until `remove` is called. */
export interface DownloadedModel {
  readonly path: string;
  remove(): Promise<void>;
}

export const isAddress = (text: string): boolean => /^https?:\/\//.test(text);

/**
 * Fetches a model and the weight files that it names, for a page that may talk to nobody but this machine. Throws `file-not-readable`,
 * and what reading the model does.
 */
export async function downloadModel(address: string): Promise<DownloadedModel> {
  const folder = await mkdtemp(join(tmpdir(), "xstar-studio-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const name = decodeURIComponent(new URL(address).pathname.split("/").at(-1)!) || "model.onnx";
    const path = join(folder, nameWithin(name));
    const bytes = await download(address);
    await writeFileAtomic(path, bytes);
    if (name.endsWith(".onnx"))
      for (const location of externalConstants(readModel(bytes)).keys()) {
        const place = join(folder, nameWithin(location));
        await mkdir(dirname(place), { recursive: true });
        await writeFileAtomic(place, await download(new URL(location, address).href));
      }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A path that stays in its folder. */
function nameWithin(name: string): string {
  const parts = name.split(/[/\\]/);
  if (!parts.includes("..") && !parts.includes("") && !name.includes("\0")) return join(...parts);
  throw new XstarError("bad-model", `The model names a weight file outside of its folder: "${name}"`);
}

async function download(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new XstarError("file-not-readable", `Cannot read "${address}": its server does not answer`, {
      hint: "Check the address and the connection",
      cause,
    });
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new XstarError("file-not-readable", `Cannot read "${address}": its server answers ${response.status}`, {
    hint: "Check the address",
  });
}
