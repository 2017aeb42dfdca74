import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ResultStore } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { isThere } from "../../files/folder.js";
import { readIfThere } from "../../files/read.js";

/** Results of jobs in a folder, which several machines may share. */
export function openFolderStore(folder: string): ResultStore {
  // few names in each folder
  const place = (id: string, ending: string) => join(folder, id.slice(0, 2), `${id}.${ending}`);
  const result = (id: string) => place(id, "safetensors");
  const problem = (id: string) => place(id, "failed.txt");
  return {
    has: (id) => isThere(result(id)),
    get: (id) => readIfThere(result(id)),
    async put(id, bytes) {
      await writeFileAtomic(result(id), bytes);
      await rm(problem(id), { force: true });
    },
    async failure(id) {
      const bytes = await readIfThere(problem(id));
      return bytes && new TextDecoder().decode(bytes);
    },
    fail: (id, reason) => writeFileAtomic(problem(id), reason),
  };
}
