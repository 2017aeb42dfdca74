import { readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { XstarError } from "@xstar/core";
import { makeFolders } from "../files/folders.js";
import { explainSystemError } from "../files/system-error.js";

/**
 * Writes several files or none: `write` writes them into the folder that it gets, from which they go into `folder` together.
 * Throws `file-not-writable`.
 */
export async function writeTogether<T>(folder: string, write: (staging: string) => Promise<T>): Promise<T> {
  const staging = join(folder, ".unfinished");
  try {
    await rm(staging, { recursive: true, force: true });
    await makeFolders(staging);
    const written = await write(staging);
    for (const name of await readdir(staging)) await rename(join(staging, name), join(folder, name));
    await rmdir(staging);
    return written;
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof Error && "syscall" in error) throw explainSystemError("file-not-writable", folder, error);
    if (!XstarError.is(error) || error.code !== "file-not-writable") throw error;
    // a person knows the folder that the files would have gone to
    throw new XstarError(error.code, error.message.replace(staging, folder), { cause: error });
  }
}
