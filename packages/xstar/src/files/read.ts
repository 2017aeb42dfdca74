import { readFile } from "node:fs/promises";
import { explainSystemError } from "./system-error.js";

/** The bytes of a file. Throws `file-not-readable` with a sentence that says why. */
export async function readFileOrExplain(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw explainSystemError("file-not-readable", path, error);
  }
}
