import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { externalFiles, XstarError, type Model } from "@xstar/core";
import { readFileOrExplain } from "../files/read.js";

/**
 * The files with weights that a model names, by the name that it uses. Only files in the model's folder are read: a model
 * from the internet could name any file of the machine otherwise.
 *
 * Throws `bad-model` for paths out of the folder (absolute, with `..`, or over a link) and for files that are too short,
 * `file-not-readable` for missing ones.
 */
export async function readExternalData(model: Model, folder: string | undefined): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [location, bytes] of externalFiles(model)) {
    const content = await readFileOrExplain(await placeInFolder(location, folder));
    if (content.byteLength < bytes) {
      throw new XstarError(
        "bad-model",
        `The model's weight file "${location}" is cut off: it has ${content.byteLength} bytes, but the model reads ${bytes}`,
        { hint: "Copy the file again" },
      );
    }
    files.set(location, content);
  }
  return files;
}

async function placeInFolder(location: string, folder: string | undefined): Promise<string> {
  if (folder === undefined) {
    throw new XstarError("file-not-readable", `The model keeps weights in "${location}" beside it`, {
      hint: "Give the path of the model instead of its bytes",
    });
  }
  const path = join(folder, location);
  const isInside = !isAbsolute(location) && staysIn(folder, path) && staysIn(await real(folder), await real(path));
  if (isInside) return path;
  throw new XstarError("bad-model", `The model names the weight file "${location}", which lies outside its folder`, {
    hint: "Copy the file into the model's folder if you trust the model",
  });
}

function staysIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path behind links; the path itself where it does not exist. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
