import { join } from "node:path";
import type { BlobStore } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { isThere } from "../../files/folder.js";
import { readIfThere } from "../../files/read.js";

/** A folder as a store, which several machines may share. */
export function openFolderStore(folder: string): BlobStore {
  return {
    has: (key) => isThere(join(folder, key)),
    get: (key) => readIfThere(join(folder, key)),
    put: (key, bytes) => writeFileAtomic(join(folder, key), bytes),
  };
}
