import { access, constants } from "node:fs/promises";
import { makeFolders } from "./folders.js";
import { explainSystemError } from "./system-error.js";

/** Makes a folder and checks that files can be written there, before the work for them is done. Throws `file-not-writable`. */
export async function prepareFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explainSystemError("file-not-writable", path, error);
  }
}
