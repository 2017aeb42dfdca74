import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolders } from "./folders.js";
import { explainSystemError } from "./system-error.js";

/**
 * Writes a file so that readers see the old content or the new one, never a part, after a power cut too: under a temporary
 * name of its own in the same folder, brought to the disk, then renamed. Makes the parent folders, follows links, and writes straight into what is no plain file
 * (`/dev/stdout`). Throws `file-not-writable`.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const existing = await stat(target).catch(() => undefined);
    if (existing && !existing.isFile()) await writeFile(target, content);
    else await writeAndRename(target, content);
  } catch (error) {
    throw explainSystemError("file-not-writable", path, error);
  }
}

/** Names of files that a writer which was killed has left behind. */
export const temporaryName = /^\..*\.[0-9a-f-]{36}\.tmp$/;

async function writeAndRename(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolders(dirname(path));
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: "wx", flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Brings the names in a folder to the disk, where the system can: Windows opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle
    ?.sync()
    .catch(() => undefined)
    .finally(() => handle.close());
}
