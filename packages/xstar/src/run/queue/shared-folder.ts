import { join } from "node:path";
import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { isThere, prepareFolder } from "../../files/folder.js";
import { openFolderStore } from "../atlas/folder-store.js";

/** A file of every store in a folder: where it is gone, so is the disk of others that was there. */
const mark = ".xstar-store";

/** A folder that several machines share, as a store that knows when it is away. Throws `file-not-writable`. */
export async function openSharedFolder(folder: string): Promise<BlobStore> {
  await prepareFolder(folder);
  await writeFileAtomic(join(folder, mark), "");
  const blobs = openFolderStore(folder);
  const there = async () => {
    if (await isThere(join(folder, mark))) return blobs;
    throw new XstarError("unreachable", `The store "${folder}" is not there: it has no file ${mark} any more`);
  };
  return {
    has: async (key) => (await there()).has(key),
    get: async (key) => (await there()).get(key),
    put: async (key, bytes) => (await there()).put(key, bytes),
  };
}
