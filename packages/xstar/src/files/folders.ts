import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it. Node's own recursive mkdir never returns where a file system says that a parent does
 * not exist although it does, as /proc does; this one gives that error. Returns those that it made, the outermost first.
 */
export function makeFolders(path: string): Promise<string[]> {
  return make(path, true);
}

async function make(path: string, triesAgain: boolean): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) return [];
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || !triesAgain) throw error;
    return [...(await make(parent, true)), ...(await make(path, false))];
  }
}
