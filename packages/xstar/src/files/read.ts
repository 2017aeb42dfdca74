import { readFile } from "node:fs/promises";
import { XstarError } from "@xstar/core";
import { explainSystemError } from "./system-error.js";

/** The bytes of a file. Throws `file-not-readable` with a sentence that says why. */
export async function readFileOrExplain(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw explainSystemError("file-not-readable", path, error);
  }
}

/** The bytes of a file that may be missing. Throws `file-not-readable` when it is there but cannot be read. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFileOrExplain(path);
  } catch (error) {
    const code = XstarError.is(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The text of such a file. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  const bytes = await readIfThere(path);
  return bytes && new TextDecoder().decode(bytes);
}
