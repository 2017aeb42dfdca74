import { XstarError } from "@xstar/core";
import { readFileOrExplain } from "../files/read.js";

/** The text of a file that may be missing. Throws `file-not-readable` when it is there but cannot be read. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readFileOrExplain(path));
  } catch (error) {
    if (XstarError.is(error) && (error.cause as NodeJS.ErrnoException)?.code === "ENOENT") return undefined;
    throw error;
  }
}
