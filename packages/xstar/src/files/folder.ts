import { randomUUID } from "node:crypto";
import { readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { makeFolders } from "./folders.js";
import { explainSystemError } from "./system-error.js";

/**
 * Makes a folder and checks that files can be written there, before the work for them is done. Returns the folders that it made,
 * the outermost first. Throws `file-not-writable`.
 */
export async function prepareFolder(path: string): Promise<string[]> {
  try {
    const made = await makeFolders(path);
    // what permissions say is not always true: file systems such as /proc refuse all the same
    const probe = join(path, `.${randomUUID()}.tmp`);
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
    return made;
  } catch (error) {
    throw explainSystemError("file-not-writable", path, error);
  }
}

/** Works in a folder that is made for it, and is gone again where the work fails before it wrote anything. */
export async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  const made = await prepareFolder(path);
  try {
    return await work();
  } catch (error) {
    // one that holds something stays
    for (const empty of made.toReversed()) await rmdir(empty).catch(() => undefined);
    throw error;
  }
}

export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

export async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() ?? false;
}

/** The paths of all files in a folder and those in it, sorted: links are followed, pipes and devices are none. Throws `file-not-readable`. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw explainSystemError("file-not-readable", folder, error);
  });
  const isFile = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isSymbolicLink()) return entry.isFile();
      const facts = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
      return facts?.isFile() ?? true;
    }),
  );
  return entries
    .filter((_, i) => isFile[i])
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
